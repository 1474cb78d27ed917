"""A class that is moved to other days or another place with people in it: what counts, and until when they may leave.

Whoever enrolled before agreed to something else: until the next meeting begins, and for two days at least, they may
leave free of charge, as if the class had been called off. Price and link are no such change: what was paid stays paid,
and a link is no journey.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.enrolment.domain.seats.training_class import CANCELLED, Meeting, TrainingClass

LEAST_TO_LEAVE = timedelta(days=2)
"""For so long somebody may leave however soon the class goes on: it may have been pulled forward, and not everybody
looks every day."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Where and when the catalogue says that a class is held, and whether it will be; `venue` is None online."""

    status: str
    venue: str | None
    meetings: Sequence[Meeting]


@dataclass(frozen=True, slots=True)
class Move:
    """A class that somebody is in, as it was before it was moved, and what it was moved to."""

    training_class: TrainingClass
    to: Plan


def move_of(before: TrainingClass, to: Plan) -> Move | None:
    """Return how a class with people in it is moved by what the catalogue says now; None where it is not.

    A class that is called off is not moved. A venue that was never heard of before is no other one.
    """
    if not before.held or CANCELLED in (before.status, to.status):
        return None
    elsewhere = before.venue is not None and _told(before.venue) != _told(to.venue)
    return Move(before, to) if elsewhere or before.meetings != tuple(to.meetings) else None


def _told(venue: str | None) -> str | None:
    """Return a venue however it is written: capitals and blanks lead nobody elsewhere."""
    return venue and " ".join(venue.split()).casefold()


def free_exit_until(
    meetings: Sequence[Meeting], *, moved_at: datetime | None, enrolled_at: datetime
) -> datetime | None:
    """Return until when somebody may leave free of charge; None where the class was not moved after they enrolled.

    That is when the first of its `meetings` after the move begins, as they are planned now, or `LEAST_TO_LEAVE` after
    the move where that is later.
    """
    if moved_at is None or enrolled_at > moved_at:
        return None
    ahead = (each.starts_at for each in meetings if each.starts_at > moved_at)
    return max(next(ahead, moved_at), moved_at + LEAST_TO_LEAVE)
