"""The question every audit ends with: do tables and entries agree?"""

from __future__ import annotations

from chassis.endpoints import Call, Endpoints
from chassis.idempotency import Answer, json_answer
from services.enrolment.queries.consistency import check_consistency
from services.enrolment.service import EnrolmentService
from vocabulary.roles import AUDITOR, OPERATOR

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")


@endpoints.get("/consistency", allow=(OPERATOR, AUDITOR))
def get_consistency(_: Call, service: EnrolmentService) -> Answer:
    """Recompute every counter, balance and state from the entries."""
    return json_answer(200, check_consistency(service.database, service.journal))
