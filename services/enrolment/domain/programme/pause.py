"""A pause: for a while nobody is admitted, or nobody enrols, everywhere or in one region.

While nobody enrols, no clock runs that asks somebody to enrol (`standstill`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Paused(StrEnum):
    """What can be paused."""

    ENROLMENTS = "enrolments"
    ADMISSIONS = "admissions"


@dataclass(frozen=True, slots=True)
class Pause:
    """What is paused, where (None: everywhere), since when, and what people are told; `ended_at` once it is over."""

    pause_id: str
    what: Paused
    region: str | None
    message: str
    began_at: datetime
    ended_at: datetime | None = None

    def holds_in(self, regency: str) -> bool:
        """Tell whether it holds for people of a regency: there, in its province, or everywhere."""
        return self.region in (None, regency, regency[:2])

    def stops_clocks_in(self, regency: str) -> bool:
        """Tell whether the clocks of cards stand still because of it, whose holders live in a regency."""
        return self.what is Paused.ENROLMENTS and self.holds_in(regency)


def is_paused_anywhere(pauses: Iterable[Pause], what: Paused) -> bool:
    """Tell whether it is paused for anybody at all."""
    return any(pause.what is what for pause in pauses)


def is_paused_everywhere(pauses: Iterable[Pause], what: Paused) -> bool:
    """Tell whether it is paused for everybody by one pause."""
    return any(pause.what is what and pause.region is None for pause in pauses)


def clocks_stopped_at(pauses: Iterable[Pause], *, regency: str) -> datetime | None:
    """Return since when clocks stand still in a regency because nobody enrols there; None where they run."""
    stopping = (p.began_at for p in pauses if p.ended_at is None and p.stops_clocks_in(regency))
    return min(stopping, default=None)


def pause_in_force(pauses: Iterable[Pause], what: Paused, *, regency: str) -> Pause | None:
    """Return the pause that holds for people of a regency, the nearest first; None where there is none."""
    holding = [pause for pause in pauses if pause.what is what and pause.holds_in(regency)]
    return max(holding, key=lambda pause: len(pause.region or ""), default=None)
