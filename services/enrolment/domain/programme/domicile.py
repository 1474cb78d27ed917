"""A holder moves: where officers, clocks and regional pauses look from then on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from chassis.problems import FieldError, StateConflict, ValidationFailed
from services.enrolment.domain.programme.card import Card
from services.enrolment.domain.programme.ending import OVER


def move(card: Card, *, to: str, now: datetime) -> Card:
    """Return a card whose holder lives in another regency.

    A clock that runs keeps the instant at which it ends; the next one ends by the new regency's zone. Raises
    `StateConflict` for a card that has ended, `ValidationFailed` where its holder lives there already.
    """
    state = card.state_at(now)
    if state in OVER:
        raise StateConflict(_OVER.format(state=state), facts={"state": state.value})
    if card.region == to:
        raise ValidationFailed(errors=[FieldError("/regency", _THERE)])
    return replace(card, region=to)


_OVER = "The card is {state}. Where its holder lives makes no difference to it any more."
_THERE = "The holder is known to live there. Send the regency they moved to."
