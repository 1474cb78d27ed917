"""Who holds a seat in a class, for accounts, which tells them what happens to it. It is not routed to the outside."""

from __future__ import annotations

from chassis.calls import Call
from chassis.endpoints import Endpoints
from chassis.fields import InstantField, QueryWhole, Reference, Strict
from chassis.idempotency import Answer, json_answer
from services.enrolment.queries.seat_holders import seat_holders
from services.enrolment.service import EnrolmentService
from vocabulary.roles import SYSTEM

MOST = 500

endpoints: Endpoints[EnrolmentService] = Endpoints("/internal")


class SeatHoldersQuery(Strict):
    """Whose seats, taken until when, and from where on."""

    class_id = Reference(required=True)
    enrolled_until = InstantField(required=True)
    after = Reference(load_default=None)
    limit = QueryWhole(least=1, most=MOST, load_default=MOST)


@endpoints.get("/seat-holders", allow=(SYSTEM,), query=SeatHoldersQuery)
def get_seat_holders(call: Call, service: EnrolmentService) -> Answer:
    """Tell which cards hold a seat in a class, by reference: of those that enrolled until an instant."""
    with service.database.reading() as connection:
        return json_answer(200, seat_holders(connection, **call.query))
