"""Lock a case for a step that somebody takes in it."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.problems import NotFound
from services.enrolment.domain.exclusion.case import ExclusionCase
from services.enrolment.domain.programme.card import Card
from services.enrolment.storage.stores import Stores


def lock_case(
    connection: sa.Connection, case_id: str, *, stores: Stores
) -> tuple[ExclusionCase, Card]:
    """Lock a case after its card, and return both. Raises `NotFound`.

    Whoever revokes a card holds it while looking at its cases: none of them takes a step meanwhile.
    """
    there = stores.exclusion_cases.read(connection, case_id)
    if there is None:
        raise NotFound
    card = stores.cards.lock(connection, [there.card_ref])[there.card_ref]
    return stores.exclusion_cases.lock(connection, case_id, card=card), card
