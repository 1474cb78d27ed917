"""A rule set is whole and within bounds, and its numbers are those of the programme's table."""

from __future__ import annotations

from typing import Any

import pytest

from vocabulary.rule_book import shipped_rules
from vocabulary.rule_set import (
    GROUPS,
    NUMBERS,
    RuleSetFaulty,
    may_be_unlimited,
    numbers_of,
    read_rule_set,
    row_of,
)

ROWS: dict[str, dict[str, tuple[Any, Any]]] = {
    "benefit per person": {
        "training_balance": (1_000_000, 3_500_000),
        "completion_incentive": (600_000, 600_000),
        "completion_incentives": (4, 1),
        "survey_incentive": (50_000, 50_000),
        "survey_incentives": (3, 2),
        "survey_days_apart": (30, 30),
    },
    "who": {"youngest": (18, 18), "oldest": (64, 64)},
    "not": {"excluded_groups": (GROUPS, GROUPS[:-1])},
    "exclusion case": {
        "exclusion_case_days": (30, 30),
        "exclusion_appeal_days": (30, 30),
    },
    "per family card": {"recipients_per_family_card": (2, 2)},
    "once": {"once_in_a_lifetime": (True, True)},
    "first purchase": {"first_purchase_days": (30, 15)},
    "next purchase": {
        "next_purchase_days": (15, 15),
        "review_before_next": (True, True),
        "live_enrolments": (1, 1),
        "wait_after_unfinished_days": (0, 0),
    },
    "no swap": {"holder_may_cancel": (True, True), "unfinished_returns_to_state": (True, True)},
    "programme size": {"digital_cards": (None, 1_500_000), "offline_cards": (None, 500_000)},
    "length": {
        "least_hours": (6, 15),
        "online_hours_a_day": (3, 3),
        "offline_hours_a_day": (8, 8),
    },
    "theory : practice": {"practice_percent": (70, 70)},
    "class size": {
        "offline_seats_per_trainer": (20, 30),
        "offline_seats": (40, None),
        "webinar_seats_per_trainer": (50, 50),
        "webinar_seats": (150, None),
    },
    "certificate": {
        "result_due_days": (14, 14),
        "attendance_percent": (80, 80),
        "final_test_needed": (True, True),
    },
}
"""The programme's table: for each row its numbers, those of 2020 to 2022 and those since 2023."""

EARLIER, LATER = (each.rules for each in shipped_rules())


@pytest.mark.parametrize(
    ("row", "number"), [(row, number) for row, numbers in ROWS.items() for number in numbers]
)
def test_a_shipped_number_is_the_one_of_its_row_in_the_table(row: str, number: str) -> None:
    assert (getattr(EARLIER, number), getattr(LATER, number)) == ROWS[row][number]
    assert row_of(number) == row


def test_every_number_stands_in_the_table() -> None:
    assert {number for numbers in ROWS.values() for number in numbers} == set(NUMBERS)


def test_a_rule_set_is_read_as_it_is_written() -> None:
    for rules in (EARLIER, LATER):
        assert read_rule_set(rules.version, numbers_of(rules)) == rules


def faults(changes: dict[str, Any], *, version: str = "2027-01") -> dict[str, str]:
    """Return what is wrong with the rules of today after some changes, by member."""
    with pytest.raises(RuleSetFaulty) as refused:
        read_rule_set(version, numbers_of(LATER) | changes)
    return {fault.member: fault.message for fault in refused.value.faults}


@pytest.mark.parametrize("number", sorted(NUMBERS))
@pytest.mark.parametrize("value", ["15", 1.0, -1, 10**12, [7], {}], ids=repr)
def test_what_is_no_such_number_is_refused_by_name(number: str, value: object) -> None:
    assert list(faults({number: value})) == [number]


@pytest.mark.parametrize("number", sorted(NUMBERS))
def test_null_stands_for_no_limit_where_there_need_not_be_one(number: str) -> None:
    if may_be_unlimited(number):
        assert getattr(read_rule_set("2027-01", numbers_of(LATER) | {number: None}), number) is None
    else:
        assert list(faults({number: None})) == [number]


def test_a_missing_number_and_a_strange_one_are_both_named() -> None:
    numbers = numbers_of(LATER)
    numbers["first_purchase_dayz"] = numbers.pop("first_purchase_days")
    with pytest.raises(RuleSetFaulty) as refused:
        read_rule_set("2027-01", numbers)
    assert {fault.member for fault in refused.value.faults} == {
        "first_purchase_days",
        "first_purchase_dayz",
    }


def test_the_oldest_are_not_younger_than_the_youngest() -> None:
    assert list(faults({"youngest": 30, "oldest": 29})) == ["oldest"]


@pytest.mark.parametrize("groups", [["student", "student"], ["students"], "student", [None]])
def test_groups_are_known_and_named_once(groups: object) -> None:
    assert "each once" in faults({"excluded_groups": groups})["excluded_groups"]


@pytest.mark.parametrize("version", ["", "2027", "2027-1", "2027-01-01", "2027-01B", "x2027-01"])
def test_a_version_is_named_after_a_month(version: str) -> None:
    assert list(faults({}, version=version)) == ["version"]
