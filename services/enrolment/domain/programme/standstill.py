"""Clocks that stood still for a while: cards were barred, or nobody enrolled where their holders live."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from services.enrolment.domain.programme.card import Card
from services.enrolment.domain.programme.clock import given_again


@dataclass(frozen=True, slots=True)
class Standstill:
    """From when until when a clock stood still: a case that has ended barred the card, or a pause is over."""

    since: datetime
    until: datetime


def gone_on(
    deadline: datetime, past: Iterable[Standstill], *, since: datetime, card: Card
) -> datetime:
    """Return when a clock runs out that went on unseen since an instant, but for the times in which it stood still.

    If it stands still now, which may be part of what bars and pauses did, the card tells: `deadline` is as of then.
    """
    counted = since  # up to here: what lies in several is given back once
    for each in sorted(past, key=lambda one: one.since):
        first, last = max(each.since, counted), min(each.until, card.clock_at(each.until))
        if first < last:
            deadline = given_again(deadline, since=first, now=last, region=card.region)
            counted = last
    return deadline


def with_days_back(card: Card, past: Standstill, *, begins: datetime) -> Card:
    """Return a card with the days of a pause that is over, in which it stood still.

    `card` is as if there had been none, and stands still by whatever else does: a bar or another pause, which gives the
    days since its own beginning. `begins` is before when its clock did not begin: an award, or the end of a waiting
    time; one that was set meanwhile was set as of the pause (`Card.clock_at`). One that had run out before stays so.
    """
    first, last = max(past.since, begins), card.clock_at(past.until)
    if card.deadline is None or card.deadline <= past.since or last <= first:
        return card
    deadline = given_again(card.deadline, since=first, now=last, region=card.region)
    return replace(card, deadline=deadline)
