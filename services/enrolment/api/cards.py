"""A holder's own card, and the look-up by officers and operators."""

from __future__ import annotations

from chassis.calls import Call
from chassis.endpoints import Endpoints, KeyUse
from chassis.idempotency import Answer, json_answer
from chassis.identity import Principal
from chassis.problems import Forbidden, NotFound
from services.enrolment.api.answers import show
from services.enrolment.api.card_documents import Card, CardLookup, Movements, StatementQuery
from services.enrolment.api.card_documents import FoundCard as ShownFoundCard
from services.enrolment.api.guesses import count_one, refuse_too_many
from services.enrolment.queries.cards import list_movements, show_card
from services.enrolment.service import LOOKUPS_OF_ONE_CALLER, EnrolmentService
from services.enrolment.use_cases.programme.look_up_card import (
    FoundCard,
    LookUpCard,
    look_up_card,
    with_holder,
)
from vocabulary.refusals.cards import CardNotFound
from vocabulary.roles import HOLDER, OFFICER, OPERATOR

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")


def own_card(caller: Principal) -> str:
    """Return the card a holder's token is bound to. Raises `Forbidden` where it is bound to none."""
    if caller.card is None:
        raise Forbidden("This token is not bound to a card.")
    return caller.card


@endpoints.get("/cards/me", allow=(HOLDER,), shows=Card, refuses=(NotFound,))
def get_my_card(call: Call, service: EnrolmentService) -> Answer:
    """Show the holder's card."""
    with service.database.reading() as connection:
        now = service.database.now(connection)
        document = show_card(connection, own_card(call.caller), now=now)
    return show(document)


@endpoints.get("/cards/me/statement", allow=(HOLDER,), query=StatementQuery, shows=Movements)
def get_my_statement(call: Call, service: EnrolmentService) -> Answer:
    """List every movement of the holder's money."""
    with service.database.reading() as connection:
        document = list_movements(connection, call.query["page"], own_card(call.caller))
    return json_answer(200, document)


@endpoints.post(
    "/cards/lookup",
    allow=(OFFICER, OPERATOR),
    body=CardLookup,
    key=KeyUse.NONE,
    shows=ShownFoundCard,
    refuses=(CardNotFound,),
    bounded=(LOOKUPS_OF_ONE_CALLER,),
)
def look_up(call: Call, service: EnrolmentService) -> Answer:
    """Find a card by its number or its holder's NIK, for a reason; every attempt is recorded.

    The answer names the holder, so that the person at the counter is recognised, and the number, by which an officer
    enrols somebody who has not brought the card.
    """
    body = call.body
    found = looked_up(
        call,
        service,
        card_number=body.get("card_number"),
        nik=body.get("nik"),
        reason=body["reason"],
    )
    return json_answer(200, with_holder(found, stores=service.stores))


def looked_up(
    call: Call,
    service: EnrolmentService,
    *,
    card_number: str | None,
    nik: str | None = None,
    reason: str,
) -> FoundCard:
    """Find a card by a number, within the caller's reach and bound, and record that. Raises `CardNotFound`."""
    refuse_too_many(call, service)
    count_one(call, service)
    command = LookUpCard(
        card_number=card_number,
        nik=nik,
        reason=reason,
        caller=call.caller,
        request_id=call.request_id,
    )
    found = service.transactions.run(
        lambda connection: look_up_card(connection, command, stores=service.stores),
        repeatable=True,
    )
    if found is None:
        raise CardNotFound
    return found
