"""A card is barred while an exclusion of its holder stands: nothing is bought with it, and its clock stands still."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.enrolment.domain.programme.card import Card
from services.enrolment.domain.programme.clock import given_again


def bar(card: Card, *, now: datetime) -> Card:
    """Bar a card; one that is barred stays so since then."""
    return replace(card, barred_at=card.barred_at or now)


def lift(card: Card, *, now: datetime, opens: datetime | None = None) -> Card:
    """Let a card be used again, with as many days as are left on its clock, which stood still.

    A clock that was set while the card was barred shows the instant of the bar, so all of its days are left. `opens` is
    when a waiting time ends, if any: a clock behind one does not begin before. In a pause it goes on standing still.
    """
    freed = replace(card, barred_at=None)
    if card.barred_at is None or card.deadline is None:
        return freed
    stood, shows = card.clock_at(now), freed.clock_at(now)
    since, until = (max(each, opens or each) for each in (stood, shows))
    deadline = given_again(card.deadline, since=since, now=until, region=card.region)
    return replace(freed, deadline=deadline, clock_from=until)
