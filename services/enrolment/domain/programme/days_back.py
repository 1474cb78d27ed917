"""The days that a clock gets again when a pause of enrolments ends: those in which it stood still because of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.enrolment.domain.programme.card import Card, CardState
from services.enrolment.domain.programme.clock import given_again


def with_days_back(card: Card, *, awarded_at: datetime, began_at: datetime, now: datetime) -> Card:
    """Return a card with the days of a pause that lasted from `began_at` to `now`.

    `card` is as if that pause were over, and stands still by whatever else does: a bar or another pause, which gives
    the days since its own beginning. A card that was awarded meanwhile gets those since then; a clock that was set
    otherwise was set as of the pause (`Card.clock_at`). A clock that had run out before stays so.
    """
    first = max(began_at, awarded_at) if card.state is CardState.AWARDED else began_at
    last = card.clock_at(now)
    if card.deadline is None or card.deadline <= began_at or last <= first:
        return card
    deadline = given_again(card.deadline, since=first, now=last, region=card.region)
    return replace(card, deadline=deadline)
