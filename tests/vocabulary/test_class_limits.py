"""The limits of a class at their edges, each by its row of the programme's table of rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocabulary.class_limits import (
    OFFLINE,
    ONLINE,
    ClassFacts,
    broken_limits,
    class_limits,
    course_length,
    course_price,
    rules_of_class,
)
from vocabulary.rule_book import shipped_rules
from vocabulary.zones import ZONES

BOOK = shipped_rules()
EARLIER, IN_FORCE = (each.rules for each in BOOK)
DAY = datetime(2027, 3, 1, tzinfo=UTC)
JAKARTA, JAYAPURA = ZONES["Asia/Jakarta"], ZONES["Asia/Jayapura"]


def sitting(hour: float, hours: float, *, day: int = 0) -> tuple[datetime, datetime]:
    """Return a sitting that begins at an hour of UTC."""
    start = DAY + timedelta(days=day, hours=hour)
    return start, start + timedelta(hours=hours)


def facts(**changes: Any) -> ClassFacts:
    usual = {
        "mode": OFFLINE,
        "hours": 40,
        "seats": 16,
        "trainers": 1,
        "sittings": [sitting(2, 3, day=day) for day in range(1, 6)],
        "zone": JAKARTA,
    }
    return ClassFacts(**{**usual, **changes})


def broken(of: ClassFacts, rules: Any = IN_FORCE) -> list[str]:
    return [limit.number for limit in broken_limits(of, rules)]


@pytest.mark.parametrize(("rules", "least"), [(IN_FORCE, 15), (EARLIER, 6)])
def test_length_at_least_15_hours_earlier_6(rules: Any, least: int) -> None:
    """Row "length" of the table."""
    assert course_length(least, rules).holds
    assert broken(facts(hours=least), rules) == []
    assert broken(facts(hours=least - 1), rules) == ["least_hours"]


@pytest.mark.parametrize(("rules", "least"), [(IN_FORCE, 15), (EARLIER, 6)])
def test_length_is_that_of_the_meetings_too(rules: Any, least: int) -> None:
    """Row "length" of the table: what a course says of its hours is not what is taught in a class of it."""
    days = [sitting(1, 3, day=day) for day in range(least // 3)]
    assert broken(facts(sittings=days), rules) == []
    [limit] = broken_limits(facts(sittings=[*days[:-1], sitting(1, 2.99, day=9)]), rules)
    assert (limit.rule, limit.number, limit.pointer) == (
        "class-length",
        "least_hours",
        "/meetings",
    )
    assert limit.bound == least
    assert limit.found == pytest.approx(least - 0.01)


def test_a_course_that_is_as_much_too_short_as_a_class_of_it_hides_neither() -> None:
    short = facts(hours=12, sittings=[sitting(1, 3, day=day) for day in range(4)])
    told = [limit.rule for limit in broken_limits(short, IN_FORCE, before=facts(hours=12))]
    assert told == ["class-length"]


@pytest.mark.parametrize(("rules", "most"), [(IN_FORCE, 3_500_000), (EARLIER, 1_000_000)])
def test_benefit_per_person_is_the_most_that_a_course_costs(rules: Any, most: int) -> None:
    """Row "benefit per person" of the table: what costs more than a new card holds, nobody can buy."""
    assert course_price(most, rules).holds
    dear = course_price(most + 1, rules)
    assert (dear.holds, dear.pointer, dear.bound) == (False, "/price", most)


@pytest.mark.parametrize(
    ("mode", "hours", "number"),
    [(ONLINE, 3, "online_hours_a_day"), (OFFLINE, 8, "offline_hours_a_day")],
)
def test_length_online_at_most_3_hours_a_day_offline_at_most_8(
    mode: str, hours: int, number: str
) -> None:
    """Row "length" of the table."""
    rest = [sitting(2, 3, day=day) for day in range(2, 7)]
    split = [sitting(1, 1), sitting(3, hours - 1), *rest]
    assert broken(facts(mode=mode, sittings=split)) == []
    longer = [*split, sitting(1, 1, day=1), sitting(15.9, 1 / 60)]
    assert broken(facts(mode=mode, sittings=longer)) == [number]


def test_days_are_counted_by_the_clock_of_the_class() -> None:
    """15:00 to 17:00 and 22:00 to 00:00 UTC lie on two days in Jayapura and Jakarta, but on one day of UTC."""
    rest = [sitting(2, 3, day=day) for day in range(2, 7)]
    two_days: Sequence[tuple[datetime, datetime]] = [sitting(13, 2), sitting(22, 2), *rest]
    for zone in (JAKARTA, JAYAPURA):
        assert broken(facts(mode=ONLINE, sittings=two_days, zone=zone)) == []


@pytest.mark.parametrize(
    ("mode", "each", "number"),
    [
        (OFFLINE, 30, "offline_seats_per_trainer"),
        (ONLINE, 50, "webinar_seats_per_trainer"),
    ],
)
@pytest.mark.parametrize("trainers", [1, 2, 7])
def test_class_size_offline_at_most_30_per_trainer_webinar_at_most_50(
    mode: str, each: int, number: str, trainers: int
) -> None:
    """Row "class size" of the table."""
    assert broken(facts(mode=mode, seats=each * trainers, trainers=trainers)) == []
    assert broken(facts(mode=mode, seats=each * trainers + 1, trainers=trainers)) == [number]


@pytest.mark.parametrize(
    ("mode", "most", "number"), [(OFFLINE, 40, "offline_seats"), (ONLINE, 150, "webinar_seats")]
)
def test_class_size_earlier_40_a_class_offline_and_150_in_a_webinar(
    mode: str, most: int, number: str
) -> None:
    """Row "class size" of the table, what it says of earlier."""
    assert broken(facts(mode=mode, seats=most, trainers=9), EARLIER) == []
    assert broken(facts(mode=mode, seats=most + 1, trainers=9), EARLIER) == [number]
    assert number not in [limit.number for limit in class_limits(facts(mode=mode), IN_FORCE)]


def test_what_is_not_known_of_a_class_is_not_judged() -> None:
    numbers = [limit.number for limit in class_limits(facts(hours=None, trainers=None), IN_FORCE)]
    assert numbers == ["least_hours", "offline_hours_a_day"]


def test_a_refusal_names_the_rule_the_number_and_the_remedy() -> None:
    [limit] = broken_limits(facts(seats=70, trainers=2), IN_FORCE)
    assert limit.pointer == "/seats"
    assert limit.message == (
        "By the rules 2023-01 (class size, offline_seats_per_trainer) an offline class has at most 30 seats for each"
        " trainer, 60 with 2; this has 70. Lower seats to 60, or name 3 trainers."
    )
    [limit] = broken_limits(facts(sittings=[sitting(1, 8.5), sitting(1, 8, day=1)]), IN_FORCE)
    assert limit.message == (
        "By the rules 2023-01 (length, offline_hours_a_day) an offline class sits at most 8 hours a day; 2027-03-01 has"
        " 8.5. Shorten that day, or spread its meetings over more days."
    )


@settings(deadline=None)
@given(
    seats=st.integers(1, 400), trainers=st.integers(1, 12), mode=st.sampled_from([ONLINE, OFFLINE])
)
def test_the_remedy_mends_what_it_is_told_for(seats: int, trainers: int, mode: str) -> None:
    of = facts(mode=mode, seats=seats, trainers=trainers)
    for limit in broken_limits(of, IN_FORCE):
        fewer, more = _remedies(limit.message)
        assert broken(replace(of, seats=fewer)) == []
        assert broken(replace(of, trainers=more)) == []
        assert broken(replace(of, trainers=more - 1)) != []


def _remedies(message: str) -> tuple[int, int]:
    fewer, _, more = message.partition("Lower seats to ")[2].partition(", or name ")
    return int(fewer), int(more.split()[0])


def test_what_was_broken_before_in_the_same_way_is_left_out() -> None:
    crowded = facts(seats=40)
    assert broken_limits(crowded, IN_FORCE, before=crowded) == []
    [limit] = broken_limits(replace(crowded, seats=41), IN_FORCE, before=crowded)
    assert limit.number == "offline_seats_per_trainer"


def test_a_class_is_judged_by_the_rules_in_force_when_it_starts() -> None:
    assert rules_of_class(BOOK, datetime(2021, 5, 1, tzinfo=UTC)) == EARLIER
    assert rules_of_class(BOOK, datetime(2022, 12, 31, 16, 59, tzinfo=UTC)) == EARLIER
    assert rules_of_class(BOOK, datetime(2022, 12, 31, 17, tzinfo=UTC)) == IN_FORCE
    assert rules_of_class(BOOK, datetime(1990, 1, 1, tzinfo=UTC)) == EARLIER
