"""An enrolment of the caller's own as it stands once its card is locked: nobody changes either until the commit."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.identity import Principal
from services.enrolment.domain.programme.card import Card
from services.enrolment.domain.seats.enrolment import Enrolment
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.shared.own_enrolment import own_enrolment


def held_enrolment(
    connection: sa.Connection, enrolment_id: str, *, caller: Principal, stores: Stores
) -> tuple[Enrolment, Card]:
    """Lock the card of an enrolment and return both. Raises `NotFound` alike for what is absent or another's."""
    card_ref = own_enrolment(connection, enrolment_id, caller=caller, stores=stores).card_ref
    card = stores.cards.lock(connection, [card_ref])[card_ref]
    return own_enrolment(connection, enrolment_id, caller=caller, stores=stores), card
