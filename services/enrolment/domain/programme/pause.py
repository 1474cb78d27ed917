"""A pause: for a while nobody is admitted, or nobody enrols, everywhere or in one region."""

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
    """What is paused, where (None: everywhere), since when, and what people are told."""

    pause_id: str
    what: Paused
    region: str | None
    message: str
    began_at: datetime

    def holds_in(self, regency: str) -> bool:
        """Tell whether it holds for people of a regency: there, in its province, or everywhere."""
        return self.region in (None, regency, regency[:2])


def is_paused_anywhere(pauses: Iterable[Pause], what: Paused) -> bool:
    """Tell whether it is paused for anybody at all."""
    return any(pause.what is what for pause in pauses)


def is_paused_everywhere(pauses: Iterable[Pause], what: Paused) -> bool:
    """Tell whether it is paused for everybody by one pause."""
    return any(pause.what is what and pause.region is None for pause in pauses)


def pause_in_force(pauses: Iterable[Pause], what: Paused, *, regency: str) -> Pause | None:
    """Return the pause that holds for people of a regency, the nearest first; None where there is none."""
    holding = [pause for pause in pauses if pause.what is what and pause.holds_in(regency)]
    return max(holding, key=lambda pause: len(pause.region or ""), default=None)
