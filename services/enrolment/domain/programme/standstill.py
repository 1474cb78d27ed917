"""Clocks that stood still for a while: cards were barred, or nobody enrolled where their holders live."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from services.enrolment.domain.programme.card import Card
from services.enrolment.domain.programme.clock import given_again
from services.enrolment.domain.programme.pause import Pause, clocks_stopped_at


@dataclass(frozen=True, slots=True)
class Standstill:
    """From when until when a clock stood still: a case that has ended barred the card, or a pause is over."""

    since: datetime
    until: datetime


def standstills(pauses: Iterable[Pause], *, regency: str) -> list[Standstill]:
    """Return when clocks stood still in a regency because of pauses that are over, the earliest first."""
    over = [
        Standstill(pause.began_at, pause.ended_at)
        for pause in pauses
        if pause.ended_at is not None and pause.stops_clocks_in(regency)
    ]
    return sorted(over, key=lambda each: each.since)


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


def settled(kept: Card, pauses: Iterable[Pause]) -> Card:
    """Return a card, as it was kept, with the days of pauses since then.

    `pauses` are those in force and those that ended since `clock_from`. Each day is given once, whatever else stopped
    the clock. A clock that had run out before a pause began stays so.
    """
    pauses = list(pauses)
    stopped = clocks_stopped_at(pauses, regency=kept.region)
    card = replace(kept, paused_at=stopped)
    for each in standstills(pauses, regency=kept.region):
        first = max(each.since, card.clock_from or each.since)
        last = card.clock_at(each.until)
        if card.deadline is None or card.deadline <= first:
            break
        if first < last:
            deadline = given_again(card.deadline, since=first, now=last, region=card.region)
            card = replace(card, deadline=deadline, clock_from=last)
    if stopped is not None and card.clock_from is not None:
        card = replace(card, paused_at=max(stopped, card.clock_from))
    return card


def told_anew(card: Card, *, now: datetime) -> Card:
    """Return a card whose deadline is as of now instead of as of when its clock stopped; barred ones are left alone.

    In a pause that goes on it is later with every day.
    """
    if card.deadline is None or card.barred_at is not None:
        return card
    deadline = given_again(card.deadline, since=card.clock_at(now), now=now, region=card.region)
    stopped = None if card.paused_at is None else now
    return replace(card, deadline=deadline, clock_from=now, paused_at=stopped)
