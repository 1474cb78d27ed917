"""A holder moves: where officers, clocks and regional pauses look from then on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from chassis.problems import FieldError, StateConflict, ValidationFailed
from services.enrolment.domain.programme.card import Card
from services.enrolment.domain.programme.clock import given_again
from services.enrolment.domain.programme.ending import OVER


def move(card: Card, *, to: str, now: datetime, paused_at: datetime | None = None) -> Card:
    """Return a card whose holder lives in another regency, where its clock stands still by pauses since `paused_at`.

    A clock that runs keeps the instant at which it ends; the next one ends by the new regency's zone. One that stood
    still keeps as many days as were left.

    Raises `StateConflict` for a card that has ended, `ValidationFailed` where its holder lives there already.
    """
    state = card.state_at(now)
    if state in OVER:
        raise StateConflict(_OVER.format(state=state), facts={"state": state.value})
    if card.region == to:
        raise ValidationFailed(errors=[FieldError("/regency", _THERE)])
    moved = replace(card, region=to, paused_at=None)
    if card.deadline is None:
        return moved
    begins = card.clock_from or card.clock_at(now)
    stood, shows = max(card.clock_at(now), begins), max(moved.clock_at(now), begins)
    deadline = card.deadline
    if stood != shows:
        deadline = given_again(deadline, since=stood, now=shows, region=to)
    stops = None if paused_at is None else max(paused_at, shows)
    return replace(moved, deadline=deadline, clock_from=shows, paused_at=stops)


_OVER = "The card is {state}. Where its holder lives makes no difference to it any more."
_THERE = "The holder is known to live there. Send the regency they moved to."
