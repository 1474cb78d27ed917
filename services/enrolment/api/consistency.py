"""The question every audit ends with: do tables and entries agree?"""

from __future__ import annotations

from chassis.calls import Call
from chassis.endpoints import Endpoints
from chassis.fields import CursorQuery
from chassis.idempotency import Answer, json_answer
from services.enrolment.api.consistency_documents import ConsistencyReport
from services.enrolment.queries.consistency import check_consistency, is_stage
from services.enrolment.queries.followers import show_followers
from services.enrolment.service import EnrolmentService
from vocabulary.roles import AUDITOR, OPERATOR

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")


class ConsistencyQuery(CursorQuery):
    """Where to go on."""

    def is_key(self, text: str) -> bool:
        """Tell whether a text says how far a walk came."""
        return is_stage(text)


@endpoints.get(
    "/consistency", allow=(OPERATOR, AUDITOR), query=ConsistencyQuery, shows=ConsistencyReport
)
def get_consistency(call: Call, service: EnrolmentService) -> Answer:
    """Compare every counter, balance and state with the entries.

    `followers` tells beside that whether what comes from elsewhere is current.
    """
    report = check_consistency(service.database, service.journal, place=call.query["place"])
    return json_answer(200, {**report, "followers": show_followers(service.database)})
