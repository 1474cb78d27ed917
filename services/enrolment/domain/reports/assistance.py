"""How much is assisted: what each entry of the journal adds to the counts of its month and region.

An enrolment or application counts where the person lived when it was made, and stays counted whatever becomes of it:
the question is who made it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.enrolment.domain.assistance import assists
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.reports.realisation import REPORTED_IN

EVERYWHERE = ""
"""In the place of a region: the whole month, counted apart so that the regions have something to be compared with."""

MonthAndRegion = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Made:
    """Something was made in a person's name, where the person lived, by somebody in a role."""

    kind: str
    region: str
    role: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Assistance:
    """How many enrolments and applications were made, and how many of each by somebody who assisted."""

    enrolments: int = 0
    enrolments_assisted: int = 0
    applications: int = 0
    applications_assisted: int = 0

    def __add__(self, other: Assistance) -> Assistance:
        return Assistance(
            self.enrolments + other.enrolments,
            self.enrolments_assisted + other.enrolments_assisted,
            self.applications + other.applications,
            self.applications_assisted + other.applications_assisted,
        )

    def __neg__(self) -> Assistance:
        return Assistance(
            -self.enrolments,
            -self.enrolments_assisted,
            -self.applications,
            -self.applications_assisted,
        )

    def numbers(self) -> dict[str, int]:
        """Return each count by its name."""
        return {
            "enrolments": self.enrolments,
            "enrolments_assisted": self.enrolments_assisted,
            "applications": self.applications,
            "applications_assisted": self.applications_assisted,
        }


@dataclass(frozen=True, slots=True)
class Months:
    """From which month to which, both included; None leaves that end open."""

    first: str | None = None
    last: str | None = None


def assistance_of(made: Made) -> Assistance | None:
    """Return what something that was made adds; None where it is neither an enrolment nor an application."""
    assisted = int(assists(made.role))
    match made.kind:
        case EntryKind.ENROLMENT_CONFIRMED:
            return Assistance(enrolments=1, enrolments_assisted=assisted)
        case EntryKind.APPLICATION_MADE:
            return Assistance(applications=1, applications_assisted=assisted)
        case _:
            return None


def month_of(at: datetime) -> str:
    """Return the month of an instant, as the programme's reports have it."""
    return at.astimezone(REPORTED_IN).strftime("%Y-%m")


def tally(made: Iterable[Made]) -> Mapping[MonthAndRegion, Assistance]:
    """Add up what was made by month and region, and by month alone."""
    cells: dict[MonthAndRegion, Assistance] = {}
    for each in made:
        added = assistance_of(each)
        if added is None:
            continue
        for region in (each.region, EVERYWHERE):
            cell = month_of(each.at), region
            cells[cell] = cells.get(cell, Assistance()) + added
    return cells


def percent(part: int, whole: int) -> float | None:
    """Return a share in percent with one decimal; None of nothing."""
    return round(100 * part / whole, 1) if whole else None
