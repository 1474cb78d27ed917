"""Meetings: the dated sittings of a class, and the rules of its timetable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from chassis.problems import FieldError
from vocabulary.zones import Zone

FINAL_TEST = 999
"""The sequence of the final test; the meetings before it are numbered from 1."""

MOST_MEETINGS = 200


@dataclass(frozen=True, slots=True)
class Meeting:
    """One sitting, from one instant to another."""

    sequence: int
    starts_at: datetime
    ends_at: datetime


def timetable_faults(meetings: Sequence[Meeting], *, zone: Zone) -> list[FieldError]:
    """List what is wrong with a timetable: numbering, order and overlaps, and meetings that cross a midnight.

    Days are those of the class's zone. How long they may be, the rules say (`vocabulary.class_limits`).
    """
    return _numbering_faults(meetings) or _single_faults(meetings, zone) or _order_faults(meetings)


def moved_faults(
    before: Sequence[Meeting], after: Sequence[Meeting], *, sold: bool, now: datetime
) -> list[FieldError]:
    """List what is wrong with moving meetings at an instant: what has begun stays, what is new lies ahead.

    Once a class is `sold`, its registration having opened, its meetings stay as long together; and once one of them has
    begun, as many: attendance is a share of them.
    """
    begun = {meeting for meeting in before if meeting.starts_at <= now}
    missing = sorted(begun - set(after), key=lambda meeting: meeting.sequence)
    faults = [
        FieldError("/meetings", f"Meeting {meeting.sequence} has begun; send it unchanged.")
        for meeting in missing
    ]
    faults += [
        FieldError(f"/meetings/{index}/starts_at", "A new or moved meeting starts in the future.")
        for index, meeting in enumerate(after)
        if meeting.starts_at <= now and meeting not in begun
    ]
    return faults or (_shortened_faults(before, after, begun=bool(begun)) if begun or sold else [])


def _shortened_faults(
    before: Sequence[Meeting], after: Sequence[Meeting], *, begun: bool
) -> list[FieldError]:
    """List how less would be taught than those who are in the class were told."""
    told, left = _taught(before), _taught(after)
    if begun and len(left) < len(told):
        return [
            FieldError(
                "/meetings",
                f"The class has begun: its {len(told)} meetings stay as many. Move those that lie ahead instead.",
            )
        ]
    lasted, lasts = _length(told), _length(left)
    if lasts < lasted:
        minutes = lasted // timedelta(minutes=1)
        since = "The class has begun" if begun else "Registration has opened"
        return [
            FieldError(
                "/meetings",
                f"{since}: its meetings stay {minutes} minutes together. Lengthen those that lie ahead.",
            )
        ]
    return []


def _taught(meetings: Sequence[Meeting]) -> list[Meeting]:
    """Return the meetings without the final test."""
    return [meeting for meeting in meetings if meeting.sequence != FINAL_TEST]


def _length(meetings: Sequence[Meeting]) -> timedelta:
    return sum((meeting.ends_at - meeting.starts_at for meeting in meetings), timedelta())


def _numbering_faults(meetings: Sequence[Meeting]) -> list[FieldError]:
    numbers = [meeting.sequence for meeting in meetings]
    plain = [number for number in numbers if number != FINAL_TEST]
    if not 1 <= len(plain) <= MOST_MEETINGS:
        return [FieldError("/meetings", f"A class has from 1 to {MOST_MEETINGS} meetings.")]
    final = [FINAL_TEST] * (len(numbers) > len(plain))
    if numbers != [*range(1, len(plain) + 1), *final]:
        return [
            FieldError(
                "/meetings",
                f"Number the meetings 1, 2, 3 and so on in their order; a final test is {FINAL_TEST} and comes last.",
            )
        ]
    return []


def _single_faults(meetings: Sequence[Meeting], zone: Zone) -> list[FieldError]:
    faults = []
    for index, meeting in enumerate(meetings):
        if meeting.ends_at <= meeting.starts_at:
            faults.append(
                FieldError(f"/meetings/{index}/ends_at", "A meeting ends after it starts.")
            )
        elif _day(meeting.starts_at, zone) != _day(meeting.ends_at - timedelta.resolution, zone):
            faults.append(
                FieldError(
                    f"/meetings/{index}/ends_at",
                    f"A meeting ends on the day it starts, by the clock of {zone.iana}.",
                )
            )
    return faults


def _order_faults(meetings: Sequence[Meeting]) -> list[FieldError]:
    return [
        FieldError(
            f"/meetings/{index}/starts_at",
            f"This starts before meeting {earlier.sequence} ends. Meetings follow one another without overlap.",
        )
        for index, (earlier, later) in enumerate(pairwise(meetings), start=1)
        if later.starts_at < earlier.ends_at
    ]


def _day(instant: datetime, zone: Zone) -> date:
    return instant.astimezone(zone.tzinfo).date()
