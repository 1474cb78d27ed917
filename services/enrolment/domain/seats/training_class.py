"""A class as enrolment knows it: copied from the catalogue, but for the seats held, which are enrolment's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

PUBLISHED = "published"
CANCELLED = "cancelled"
"""The status of a class that was called off."""

FINAL_TEST = 999
"""The sequence of the final test; the meetings before it are numbered from 1."""

UNLISTED = "unlisted"
"""The status of a class that a restored catalogue no longer knows: it takes nobody else, and who is in it stays."""


class Meeting(NamedTuple):
    """One dated sitting of a class."""

    starts_at: datetime
    ends_at: datetime

    def overlaps(self, other: Meeting) -> bool:
        """Tell whether two sittings share any moment."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


@dataclass(frozen=True, slots=True)
class TrainingClass:
    """One run of a course.

    `declared_seats` is what the provider says now; `held` is how many are taken, `offered` how many are kept for those
    of the waiting list to whom they are offered. Lowering the declared number evicts nobody: the effective number is
    the larger of the two. `waiting` is how many stand in its waiting list now, `joined` how many ever did. `reason`
    says why it was called off. `meetings` are all sittings; `has_final_test` tells that the last of them is the final
    test. `hours` are those of its course, `trainers` how many teach it, and `rule_version` is the version of the rules
    that judged both; None where that is not known here. `venue` is where it is held, None online or where that is not
    known; `moved_at` is when it was last moved to other days or another place with people in it, and `moved_position`
    the entry that says so.
    """

    class_id: str
    course_id: str
    course_title: str
    provider_id: str
    track: str | None
    mode: str
    status: str
    price: int
    declared_seats: int
    held: int
    zone: str
    registration_opens: datetime
    registration_closes: datetime
    starts_at: datetime
    ends_at: datetime
    meetings: tuple[Meeting, ...]
    reason: str | None = None
    has_final_test: bool = False
    hours: int | None = None
    trainers: int | None = None
    rule_version: str | None = None
    offered: int = 0
    waiting: int = 0
    joined: int = 0
    venue: str | None = None
    moved_at: datetime | None = None
    moved_position: int | None = None

    @property
    def sittings(self) -> tuple[Meeting, ...]:
        """Return the meetings that attendance is counted of, the first of which has the sequence 1."""
        return self.meetings[:-1] if self.has_final_test else self.meetings

    @property
    def final_test(self) -> Meeting | None:
        """Return the final test; None where the timetable has no day for it."""
        return self.meetings[-1] if self.has_final_test else None

    def starts_of_meetings(self) -> dict[int, datetime]:
        """Return when each meeting starts by its sequence, the final test too."""
        starts = {number: each.starts_at for number, each in enumerate(self.sittings, start=1)}
        return (
            starts if self.final_test is None else {**starts, FINAL_TEST: self.final_test.starts_at}
        )

    @property
    def is_cancelled(self) -> bool:
        """Tell whether its provider, or the programme, called the class off."""
        return self.status == CANCELLED

    @property
    def effective_seats(self) -> int:
        """Return how many seats the class has now."""
        return max(self.declared_seats, self.held + self.offered)

    @property
    def free_seats(self) -> int:
        """Return how many seats nobody holds and nobody was offered."""
        return max(self.declared_seats - self.held - self.offered, 0)

    @property
    def has_seat_for_anybody(self) -> bool:
        """Tell whether whoever comes may have a seat: one is free, and nobody waits for it."""
        return self.free_seats > 0 and self.waiting == 0

    def takes_enrolments_at(self, now: datetime) -> bool:
        """Tell whether the class is published and its registration window is open."""
        is_open = self.registration_opens <= now < self.registration_closes
        return is_open and self.status == PUBLISHED
