"""A holder's own card, and the look-up by officers and operators."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.endpoints import Call, Endpoints, KeyUse
from chassis.idempotency import Answer, json_answer
from chassis.identifiers import is_id
from chassis.identity import Principal
from chassis.pagination import read_cursor
from chassis.problems import Forbidden, NotFound
from services.enrolment.api.schemas import CardLookup, PageQuery
from services.enrolment.queries.cards import list_movements, show_card
from services.enrolment.service import EnrolmentService
from services.enrolment.storage.stores import Stores
from vocabulary.refusals import CardNotFound
from vocabulary.roles import HOLDER, OFFICER, OPERATOR

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")


def own_card(caller: Principal) -> str:
    """Return the card a holder's token is bound to. Raises `Forbidden` where it is bound to none."""
    if caller.card is None:
        raise Forbidden("This token is not bound to a card.")
    return caller.card


def card_in_region(
    connection: sa.Connection, card_ref: str | None, *, caller: Principal, stores: Stores
) -> str:
    """Return a card's reference where the caller may act for it. An officer may within the region of the token.

    Raises `CardNotFound` for what is absent and, alike, for what lies elsewhere.
    """
    card = stores.cards.read(connection, card_ref) if card_ref else None
    if card is None:
        raise CardNotFound
    if caller.role == OFFICER:
        region = caller.region or ""
        if not region or not (card.region == region or card.region.startswith(f"{region}.")):
            raise CardNotFound
    return card.card_ref


@endpoints.get("/cards/me", allow=(HOLDER,))
def get_my_card(call: Call, service: EnrolmentService) -> Answer:
    """Show the holder's card."""
    with service.database.reading() as connection:
        now = service.database.now(connection)
        document = show_card(connection, own_card(call.caller), now=now)
    if document is None:
        raise NotFound
    return json_answer(200, document)


@endpoints.get("/cards/me/statement", allow=(HOLDER,), query=PageQuery)
def get_my_statement(call: Call, service: EnrolmentService) -> Answer:
    """List every movement of the holder's money."""
    after = read_cursor(call.query["cursor"], parts=1, each=is_id)
    with service.database.reading() as connection:
        document = list_movements(
            connection, own_card(call.caller), limit=call.query["limit"], after=after
        )
    return json_answer(200, document)


@endpoints.post("/cards/lookup", allow=(OFFICER, OPERATOR), body=CardLookup, key=KeyUse.NONE)
def look_up_card(call: Call, service: EnrolmentService) -> Answer:
    """Find a card by its number or its holder's NIK; neither ever stands in an address."""
    persons = service.stores.persons
    with service.database.reading() as connection:
        if "card_number" in call.body:
            found = persons.card_ref_by_number(connection, call.body["card_number"])
        else:
            found = persons.card_ref_by_nik(connection, call.body["nik"])
        card_ref = card_in_region(connection, found, caller=call.caller, stores=service.stores)
        document = show_card(connection, card_ref, now=service.database.now(connection))
    return json_answer(200, document or {})
