"""Realisation: what each entry of the journal adds to the counts, by every dimension the programme is reported by.

An enrolment counts where it belongs for good: by its card's region, and by the class as it was known when the seat was
taken, so that what a cancellation takes away is what was added. What is not known of it, such as the cluster of a card
without one, is counted as unassigned and never left out, so that the rows of every report and what is unassigned add up
to the same total.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.seats.enrolment import EnrolmentState

UNASSIGNED = ""
"""The code under which a dimension counts what has none there."""

REPORTED_IN = ZoneInfo("Asia/Jakarta")
"""The programme's own zone: where the months of its reports begin."""


class Dimension(StrEnum):
    """What the programme is reported by."""

    PROVINCE = "province"
    REGENCY = "regency"
    TRACK = "track"
    MODE = "mode"
    CLUSTER = "cluster"
    WAVE = "wave"
    PROVIDER = "provider"
    MONTH = "month"


TOTAL = "total"
"""Beside the dimensions, so that their sums have something to be compared with."""

Cell = tuple[str, str]
"""A dimension, or `TOTAL`, and a code in it."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What is counted: enrolments that were not cancelled, those of them that were begun, cancelled ones, and rupiah.

    `amount` is what was set aside for the enrolments that were not cancelled.
    """

    enrolled: int = 0
    started: int = 0
    cancelled: int = 0
    amount: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.enrolled + other.enrolled,
            self.started + other.started,
            self.cancelled + other.cancelled,
            self.amount + other.amount,
        )

    def __neg__(self) -> Counts:
        return Counts(-self.enrolled, -self.started, -self.cancelled, -self.amount)

    def numbers(self) -> dict[str, int]:
        """Return each count by its name."""
        return {
            "enrolled": self.enrolled,
            "started": self.started,
            "cancelled": self.cancelled,
            "amount": self.amount,
        }


@dataclass(frozen=True, slots=True)
class Participation:
    """What an enrolment is counted by; None where it is not known."""

    enrolment_id: str
    price: int
    enrolled_at: datetime
    regency: str
    track: str | None
    mode: str
    cluster: str | None
    wave_id: str
    provider_id: str

    def cells(self) -> list[Cell]:
        """Return every cell in which it counts."""
        month = self.enrolled_at.astimezone(REPORTED_IN).strftime("%Y-%m")
        codes: dict[Dimension, str | None] = {
            Dimension.PROVINCE: self.regency[:2],
            Dimension.REGENCY: self.regency,
            Dimension.TRACK: self.track,
            Dimension.MODE: self.mode,
            Dimension.CLUSTER: self.cluster,
            Dimension.WAVE: self.wave_id,
            Dimension.PROVIDER: self.provider_id,
            Dimension.MONTH: month,
        }
        return [(TOTAL, ""), *((by.value, code or UNASSIGNED) for by, code in codes.items())]


def change_of(kind: str, *, status_before: str | None, price: int) -> Counts | None:
    """Return what an entry of a kind changes for its enrolment; None where it changes no count.

    `status_before` is what a cancellation ended.
    """
    match kind:
        case EntryKind.ENROLMENT_CONFIRMED:
            return Counts(enrolled=1, amount=price)
        case EntryKind.ENROLMENT_REDEEMED:
            return Counts(started=1)
        case EntryKind.ENROLMENT_CANCELLED:
            was_started = status_before == EnrolmentState.ACTIVE
            return Counts(enrolled=-1, started=-was_started, cancelled=1, amount=-price)
        case _:
            return None


def tally(changes: Iterable[tuple[Participation, Counts]]) -> Mapping[Cell, Counts]:
    """Add changes up for every cell."""
    cells: dict[Cell, Counts] = {}
    for participation, change in changes:
        for cell in participation.cells():
            cells[cell] = cells.get(cell, Counts()) + change
    return cells
