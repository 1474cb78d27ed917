"""A card is barred while an exclusion of its holder stands: nothing is bought with it, and its clock stands still."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from services.enrolment.domain.programme.card import Card
from services.enrolment.domain.programme.clock import given_again


@dataclass(frozen=True, slots=True)
class PastBar:
    """From when until when a card was barred by a case that has ended."""

    since: datetime
    until: datetime


def bar(card: Card, *, now: datetime) -> Card:
    """Bar a card; one that is barred stays so since then."""
    return replace(card, barred_at=card.barred_at or now)


def lift(card: Card, *, now: datetime, opens: datetime | None = None) -> Card:
    """Let a card be used again, with as many days as are left on its clock, which stood still.

    A clock that was set while the card was barred shows the instant of the bar, so all of its days are left. `opens` is
    when a waiting time ends, if any: a clock behind one does not begin before.
    """
    since, deadline = card.barred_at, card.deadline
    if since is not None and deadline is not None:
        first = opens or since
        deadline = given_again(
            deadline, since=max(since, first), now=max(now, first), region=card.region
        )
    return replace(card, barred_at=None, deadline=deadline)


def gone_on(
    deadline: datetime, past: Iterable[PastBar], *, since: datetime, card: Card
) -> datetime:
    """Return when a clock runs out that went on unseen since an instant, and stood still while its card was barred.

    Of the bar that stands, which may be part of what several cases did, the card tells: `deadline` is as of then.
    """
    counted = since  # up to here: what lies in several bars is given back once
    for each in sorted(past, key=lambda one: one.since):
        first, last = max(each.since, counted), min(each.until, card.clock_at(each.until))
        if first < last:
            deadline = given_again(deadline, since=first, now=last, region=card.region)
            counted = last
    return deadline
