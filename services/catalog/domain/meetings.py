"""Meetings: the dated sittings of a class, and the rules of its timetable."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from chassis.problems import FieldError
from services.catalog.domain.courses import Mode
from vocabulary.zones import Zone

FINAL_TEST = 999
"""The sequence of the final test; the meetings before it are numbered from 1."""

MOST_MEETINGS = 200

LONGEST_DAY: Mapping[Mode, timedelta] = {
    Mode.ONLINE: timedelta(hours=3),
    Mode.OFFLINE: timedelta(hours=8),
}
"""How long a class may sit in one day (rule version 2023-01)."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """One sitting, from one instant to another."""

    sequence: int
    start: datetime
    end: datetime


def timetable_faults(meetings: Sequence[Meeting], *, mode: Mode, zone: Zone) -> list[FieldError]:
    """List what is wrong with a timetable: numbering, order, overlaps, and days that are too long.

    Days are those of the class's zone.
    """
    numbering = _numbering_faults(meetings)
    if numbering:
        return numbering
    return _single_faults(meetings, zone) or [
        *_order_faults(meetings),
        *_day_faults(meetings, mode=mode, zone=zone),
    ]


def moved_faults(
    before: Sequence[Meeting], after: Sequence[Meeting], *, now: datetime
) -> list[FieldError]:
    """List what is wrong with moving meetings at an instant: what has begun stays, what is new lies ahead."""
    begun = {meeting for meeting in before if meeting.start <= now}
    missing = sorted(begun - set(after), key=lambda meeting: meeting.sequence)
    faults = [
        FieldError("/meetings", f"Meeting {meeting.sequence} has begun; send it unchanged.")
        for meeting in missing
    ]
    faults += [
        FieldError(f"/meetings/{index}/start", "A new or moved meeting starts in the future.")
        for index, meeting in enumerate(after)
        if meeting.start <= now and meeting not in begun
    ]
    return faults


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
        if meeting.end <= meeting.start:
            faults.append(FieldError(f"/meetings/{index}/end", "A meeting ends after it starts."))
        elif _day(meeting.start, zone) != _day(meeting.end - timedelta.resolution, zone):
            faults.append(
                FieldError(
                    f"/meetings/{index}/end",
                    f"A meeting ends on the day it starts, by the clock of {zone.iana}.",
                )
            )
    return faults


def _order_faults(meetings: Sequence[Meeting]) -> list[FieldError]:
    return [
        FieldError(
            f"/meetings/{index}/start",
            f"This starts before the end of meeting {earlier.sequence}. List meetings in order of time, without overlap.",
        )
        for index, (earlier, later) in enumerate(pairwise(meetings), start=1)
        if later.start < earlier.end
    ]


def _day_faults(meetings: Sequence[Meeting], *, mode: Mode, zone: Zone) -> list[FieldError]:
    sat: defaultdict[date, timedelta] = defaultdict(timedelta)
    for meeting in meetings:
        sat[_day(meeting.start, zone)] += meeting.end - meeting.start
    longest = LONGEST_DAY[mode]
    hours = longest // timedelta(hours=1)
    return [
        FieldError("/meetings", f"An {mode} class sits at most {hours} hours a day; see {day}.")
        for day, length in sat.items()
        if length > longest
    ]


def _day(instant: datetime, zone: Zone) -> date:
    return instant.astimezone(zone.tzinfo).date()
