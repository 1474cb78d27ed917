"""Seats that are offered to those who wait: accepted and refused."""

from __future__ import annotations

from functools import partial

from chassis.calls import Call
from chassis.endpoints import Endpoints, KeyUse
from chassis.idempotency import Answer
from chassis.identifiers import new_id
from chassis.problems import NotFound
from services.enrolment.api.enrolment_documents import (
    AcceptanceRequest,
    LeftPlace,
    NewEnrolment,
    OfferRefusal,
)
from services.enrolment.api.enrolments import BY_THE_RULES, left, submit
from services.enrolment.api.for_a_card import for_a_card
from services.enrolment.domain.reach import Reach
from services.enrolment.domain.seats.enrol_command import EnrolCommand
from services.enrolment.domain.seats.waiting_list import Place
from services.enrolment.service import LOOKUPS_OF_ONE_CALLER, EnrolmentService
from services.enrolment.use_cases.seats.leave_waiting_list import (
    LeaveWaitingList,
    leave_waiting_list,
)
from vocabulary.refusals.cards import CardNotFound
from vocabulary.refusals.seats import (
    OfferOver,
)
from vocabulary.roles import HOLDER, OFFICER, OPERATOR

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")


@endpoints.post(
    "/enrolments/<id:enrolment_id>/acceptance",
    allow=(HOLDER, OFFICER, OPERATOR),
    body=AcceptanceRequest,
    key=KeyUse.REQUIRED,
    status=201,
    shows=NewEnrolment,
    sends=("Location",),
    refuses=(
        NotFound,
        OfferOver,
        CardNotFound,
        *BY_THE_RULES,
    ),
    bounded=(LOOKUPS_OF_ONE_CALLER,),
)
def post_acceptance(call: Call, service: EnrolmentService) -> Answer:
    """Take the seat that is offered for a place in a waiting list.

    The card's rules are judged now, as for any enrolment. What they refuse leaves the offer as it is: until it runs out
    it can be accepted once what stood in the way is mended. The enrolment keeps the place's id.
    """

    def accept(card_ref: str) -> Answer:
        place = _place_of(call, service, card_ref)
        command = EnrolCommand(
            enrolment_id=place.enrolment_id,
            movement_id=new_id(),
            card_ref=card_ref,
            class_id=place.class_id,
            expected_price=call.body.get("expected_price", place.price),
            actor=call.caller.subject,
            role=call.caller.role,
            request_id=call.request_id,
            consent=call.body.get("consent", False),
            accepts=True,
        )
        return submit(command, call, service)

    return for_a_card(call, service, accept, what="Acceptance")


@endpoints.post(
    "/enrolments/<id:enrolment_id>/refusal",
    allow=(HOLDER, OFFICER, OPERATOR),
    body=OfferRefusal,
    key=KeyUse.REQUIRED,
    shows=LeftPlace,
    refuses=(NotFound, OfferOver, CardNotFound),
    bounded=(LOOKUPS_OF_ONE_CALLER,),
)
def post_refusal(call: Call, service: EnrolmentService) -> Answer:
    """Refuse the seat that is offered for a place in a waiting list: it is offered to the next.

    The place ends by it. Whoever wants a seat later joins the list again, at its end.
    """

    def refuse(card_ref: str) -> Answer:
        command = LeaveWaitingList(
            enrolment_id=_place_of(call, service, card_ref).enrolment_id,
            reach=Reach(card_ref=card_ref),
            reason=call.body.get("reason"),
            caller=call.caller,
            request_id=call.request_id,
            offered_only=True,
        )
        leave = partial(leave_waiting_list, command=command, stores=service.stores)
        return service.transactions.answer(
            call.key, lambda connection: left(leave(connection)), seconds=call.seconds_left
        )

    return for_a_card(call, service, refuse, what="Refusal of an offer")


def _place_of(call: Call, service: EnrolmentService, card_ref: str) -> Place:
    """Return a card's own place. Raises `OfferOver` for an enrolment of its own that is none, else `NotFound`."""
    stores, enrolment_id = service.stores, call.path["enrolment_id"]
    with service.database.reading() as connection:
        place = stores.places.find(connection, enrolment_id)
        enrolment = None if place else stores.enrolments.find(connection, enrolment_id)
    if place is not None and place.card_ref == card_ref:
        return place
    if enrolment is not None and enrolment.card_ref == card_ref:
        raise OfferOver(facts={"enrolment_status": enrolment.state.value})
    raise NotFound
