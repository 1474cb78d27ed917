"""The rules of a class's timetable."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalog.domain.meetings import (
    FINAL_TEST,
    MOST_MEETINGS,
    Meeting,
    moved_faults,
    timetable_faults,
)
from tests.services.catalog.domain.examples import JAKARTA, JAYAPURA, MEETINGS, NOW, meeting
from vocabulary.zones import Zone


def faults(*meetings: Meeting, zone: Zone = JAKARTA) -> list[str]:
    return [fault.pointer for fault in timetable_faults(meetings, zone=zone)]


def test_meetings_in_order_with_a_final_test_are_a_timetable() -> None:
    assert faults(*MEETINGS) == []
    assert faults(meeting(1, day=10)) == []


@pytest.mark.parametrize(
    "numbers",
    [
        (),
        (2,),
        (1, 3),
        (2, 1),
        (1, 1),
        (1, FINAL_TEST, 2),
        (FINAL_TEST,),
        (1, FINAL_TEST, FINAL_TEST),
    ],
)
def test_meetings_are_numbered_from_one_with_the_final_test_last(numbers: tuple[int, ...]) -> None:
    timetable = [meeting(number, day=10 + place) for place, number in enumerate(numbers)]
    assert faults(*timetable) == ["/meetings"]


def test_a_class_has_a_bounded_number_of_meetings() -> None:
    timetable = [meeting(number, day=10 + number) for number in range(1, MOST_MEETINGS + 2)]
    assert faults(*timetable[:-1]) == []
    assert faults(*timetable) == ["/meetings"]


@pytest.mark.parametrize("hours", [0, -1])
def test_a_meeting_ends_after_it_starts(hours: float) -> None:
    assert faults(meeting(1, day=10, hours=hours)) == ["/meetings/0/ends_at"]


def test_a_later_meeting_neither_overlaps_nor_precedes_an_earlier_one() -> None:
    first = meeting(1, day=10, hour=2, hours=3)
    assert faults(first, meeting(2, day=10, hour=5, hours=1)) == []
    assert faults(first, meeting(2, day=10, hour=4.5, hours=1)) == ["/meetings/1/starts_at"]
    assert faults(first, meeting(2, day=9)) == ["/meetings/1/starts_at"]


def test_a_meeting_lies_within_one_day_of_its_own_zone() -> None:
    until_midnight_in_jakarta = meeting(1, day=10, hour=14, hours=3)
    assert faults(until_midnight_in_jakarta) == []
    assert faults(until_midnight_in_jakarta, zone=JAYAPURA) == ["/meetings/0/ends_at"]


MOMENTS = st.lists(
    st.integers(min_value=0, max_value=5 * 96), min_size=2, max_size=12, unique=True
).map(sorted)


@given(moments=MOMENTS, zone=st.sampled_from([JAKARTA, JAYAPURA]))
def test_a_timetable_is_refused_exactly_where_a_meeting_crosses_a_local_midnight(
    moments: list[int], zone: Zone
) -> None:
    start = datetime(2026, 12, 1, tzinfo=UTC)
    instants = [start + timedelta(minutes=15 * quarter) for quarter in moments]
    pairs = list(zip(instants[::2], instants[1::2], strict=False))
    timetable = [Meeting(number, a, b) for number, (a, b) in enumerate(pairs, start=1)]
    broken = False
    for one in timetable:
        first = one.starts_at.astimezone(zone.tzinfo)
        midnight = first.replace(hour=0, minute=0) + timedelta(days=1)
        broken = broken or one.ends_at.astimezone(zone.tzinfo) > midnight
    assert bool(timetable_faults(timetable, zone=zone)) == broken


def test_what_lies_ahead_may_be_moved_and_what_has_begun_may_not() -> None:
    begun, ahead = meeting(1, day=0, hour=1), meeting(2, day=2)
    moved = meeting(2, day=4)
    assert moved_faults([begun, ahead], [begun, moved], sold=True, now=NOW) == []
    shorter = meeting(1, day=0, hour=1, hours=1)
    pointers = [
        f.pointer for f in moved_faults([begun, ahead], [shorter, ahead], sold=True, now=NOW)
    ]
    assert pointers == ["/meetings", "/meetings/0/starts_at"]


def test_a_class_that_has_begun_is_not_shortened() -> None:
    begun, ahead, final = meeting(1, day=0, hour=1), meeting(2, day=2), meeting(999, day=3)
    told = [begun, ahead, final]
    shorter = replace(ahead, ends_at=ahead.ends_at - timedelta(minutes=1))
    for fewer, told_why in (
        ([begun, final], "2 meetings stay as many"),
        ([begun, shorter, final], "minutes together"),
    ):
        (fault,) = moved_faults(told, fewer, sold=True, now=NOW)
        assert (fault.pointer, told_why in fault.message) == ("/meetings", True)
        early = begun.starts_at - timedelta(minutes=1)
        assert moved_faults(told, fewer, sold=False, now=early) == []
    assert moved_faults(told, [begun, ahead], sold=True, now=NOW) == [], "a test may be undated"
    longer = replace(ahead, ends_at=ahead.ends_at + timedelta(minutes=1))
    more = meeting(3, day=4)
    assert moved_faults(told, [begun, longer], sold=True, now=NOW) == []
    assert moved_faults(told, [begun, shorter, more], sold=True, now=NOW) == []


def test_what_is_sold_is_not_shortened_and_may_be_held_in_fewer_meetings() -> None:
    told = [meeting(1, day=1), meeting(2, day=2)]
    (fault,) = moved_faults(told, [meeting(1, day=1, hours=9.5)], sold=True, now=NOW)
    assert fault.message == (
        "Registration has opened: its meetings stay 600 minutes together. Lengthen those that lie ahead."
    )
    assert moved_faults(told, [meeting(1, day=1, hours=9.5)], sold=False, now=NOW) == []
    assert moved_faults(told, [meeting(1, day=1, hours=10)], sold=True, now=NOW) == []


def test_nothing_is_moved_into_the_past() -> None:
    ahead, past = meeting(1, day=2), meeting(1, day=-1)
    assert [f.pointer for f in moved_faults([ahead], [past], sold=False, now=NOW)] == [
        "/meetings/0/starts_at"
    ]
