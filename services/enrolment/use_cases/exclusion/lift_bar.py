"""Let the card of a case that ended in its holder's favour be used again."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from services.enrolment.domain.exclusion.bar import lift
from services.enrolment.domain.exclusion.case import ExclusionCase
from services.enrolment.domain.programme.card import Card
from services.enrolment.domain.seats.entitlement import opens_again
from services.enrolment.storage.stores import Stores


def lift_bar(
    connection: sa.Connection, case: ExclusionCase, card: Card, *, now: datetime, stores: Stores
) -> None:
    """Lift the bar that a case puts on its card, both locked, unless another case bars it too."""
    if not case.is_barring or stores.exclusion_cases.others_barring(connection, case):
        return
    past = stores.enrolments.history(connection, [card.card_ref]).get(card.card_ref, [])
    lifted = lift(card, now=now, opens=opens_again(past))
    stores.cards.save_bar(connection, lifted)
    stores.due_times.follow_clocks(connection, [lifted])
