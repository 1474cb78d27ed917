"""The question every audit ends with: do tables and entries agree?"""

from __future__ import annotations

import marshmallow as ma

from chassis.endpoints import Call, Endpoints
from chassis.fields import Strict
from chassis.idempotency import Answer, json_answer
from chassis.pagination import read_cursor
from services.enrolment.queries.consistency import check_consistency, is_stage, read_stage
from services.enrolment.service import EnrolmentService
from vocabulary.roles import AUDITOR, OPERATOR

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")


class ConsistencyQuery(Strict):
    """Where to go on."""

    cursor = ma.fields.String(load_default=None)


@endpoints.get("/consistency", allow=(OPERATOR, AUDITOR), query=ConsistencyQuery)
def get_consistency(call: Call, service: EnrolmentService) -> Answer:
    """Compare every counter, balance and state with the entries."""
    parts = read_cursor(call.query["cursor"], parts=1, each=is_stage)
    start = None if parts is None else read_stage(parts[0])
    return json_answer(200, check_consistency(service.database, service.journal, start=start))
