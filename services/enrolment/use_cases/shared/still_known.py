"""Refuse what a holder says once the person was erased: a token lives on for some minutes."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.problems import StateConflict
from services.enrolment.domain.programme.card import Card
from services.enrolment.storage.stores import Stores


def check_still_known(connection: sa.Connection, card: Card, *, stores: Stores) -> None:
    """Raise `StateConflict` where nobody stands behind a locked card any more."""
    if not stores.persons.is_kept(connection, card.card_ref):
        raise StateConflict(_ERASED, facts={"state": card.state.value})


_ERASED = "The holder of this card was erased: nothing more is kept of what that person says."
