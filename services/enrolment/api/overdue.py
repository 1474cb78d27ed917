"""Who is late, for those who remind them."""

from __future__ import annotations

from chassis.calls import Call
from chassis.endpoints import Endpoints
from chassis.idempotency import Answer, json_answer
from chassis.problems import FieldError, ValidationFailed
from services.enrolment.api.learning_documents import Overdue
from services.enrolment.api.learning_schemas import OverdueQuery
from services.enrolment.domain.reach import reach_to_read
from services.enrolment.queries.overdue import list_overdue
from services.enrolment.service import EnrolmentService
from vocabulary.roles import AUDITOR, HOLDER, OFFICER, OPERATOR, PROVIDER

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")


@endpoints.get(
    "/overdue",
    allow=(PROVIDER, OFFICER, OPERATOR, AUDITOR),
    query=OverdueQuery,
    shows=Overdue,
)
def get_overdue(call: Call, service: EnrolmentService) -> Answer:
    """List what was not done in time, the longest ago first.

    A provider sees what concerns its own classes, an officer the holders of its region. For these a page may hold few
    items, or none, and still have a `next_cursor`.
    """
    actor = call.query["actor"]
    if call.caller.role == OFFICER and actor != HOLDER:
        raise ValidationFailed(
            errors=[
                FieldError("/actor", "Send holder: an officer assists the holders of a region.")
            ]
        )
    with service.database.reading() as connection:
        document = list_overdue(
            connection,
            call.query["page"],
            actor=actor,
            reach=reach_to_read(call.caller),
            pauses=service.stores.pauses.in_force(connection),
            now=service.database.now(connection),
        )
    return json_answer(200, document)
