"""Rules are dated: at every instant exactly one version is in force, or nothing starts."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from vocabulary.rule_book import (
    DatedRules,
    RuleBook,
    RuleBookFaulty,
    beginning_of,
    book_of,
    national_day,
    shipped_rules,
)
from vocabulary.rule_set import numbers_of

EARLIER, LATER = shipped_rules()


def dated(version: str, begins: str, until: str | None) -> DatedRules:
    """Return a version of so many days."""
    return DatedRules(
        replace(LATER.rules, version=version),
        date.fromisoformat(begins),
        None if until is None else date.fromisoformat(until),
        source="a test",
    )


@pytest.mark.parametrize(
    ("instant", "version"),
    [
        ("2020-04-10T17:00:00", "2020-04"),
        ("2022-12-31T16:59:59", "2020-04"),
        ("2022-12-31T17:00:00", "2023-01"),
        ("2199-01-01T00:00:00", "2023-01"),
    ],
)
def test_a_version_takes_effect_when_the_day_begins_in_the_capital(
    instant: str, version: str
) -> None:
    now = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert shipped_rules().in_force_at(now).version == version


def test_before_the_programme_there_were_no_rules() -> None:
    with pytest.raises(LookupError, match="2020-04-10"):
        shipped_rules().in_force_at(datetime(2020, 4, 10, 16, 59, 59, tzinfo=UTC))


def test_a_day_of_the_nation_begins_seven_hours_before_that_of_greenwich() -> None:
    began = beginning_of(date(2027, 1, 1))
    assert began == datetime(2026, 12, 31, 17, tzinfo=UTC)
    assert national_day(began) == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("until", "begins", "message"),
    [
        ("2027-01-01", "2027-01-02", "gap: no rules are in force from 2027-01-01 to 2027-01-02"),
        ("2027-01-02", "2027-01-01", "overlap: 2026-01 holds until 2027-01-02"),
        (None, "2027-01-01", "overlap: 2026-01 has no end"),
    ],
)
def test_a_gap_or_an_overlap_is_refused_naming_both_versions(
    until: str | None, begins: str, message: str
) -> None:
    with pytest.raises(RuleBookFaulty, match=r"2026-01 and 2027-01") as refused:
        RuleBook([dated("2027-01", begins, None), dated("2026-01", "2026-01-01", until)])
    assert message in str(refused.value)


def test_rules_that_end_for_good_are_refused() -> None:
    with pytest.raises(RuleBookFaulty, match="The last version, 2026-01, ends on 2027-01-01"):
        RuleBook([dated("2026-01", "2026-01-01", "2027-01-01")])


@pytest.mark.parametrize("until", ["2026-01-01", "2025-12-31"])
def test_a_version_that_ends_before_it_began_is_refused(until: str) -> None:
    with pytest.raises(RuleBookFaulty, match="The version 2026-01 ends on"):
        RuleBook([dated("2026-01", "2026-01-01", until), dated("2027-01", until, None)])


def test_no_rules_at_all_are_refused() -> None:
    with pytest.raises(RuleBookFaulty):
        RuleBook([])


def test_one_name_for_two_versions_is_refused() -> None:
    with pytest.raises(RuleBookFaulty, match="2026-01 is there twice"):
        RuleBook(
            [
                dated("2026-01", "2026-01-01", "2027-01-01"),
                dated("2026-01", "2027-01-01", None),
            ]
        )


def test_a_new_version_ends_the_one_before_it_and_ends_when_the_next_begins() -> None:
    between = replace(LATER.rules, version="2022-06")
    book = shipped_rules().with_version(between, effective_from=date(2022, 6, 1), source="a decree")
    assert [(each.version, each.effective_from, each.effective_until) for each in book] == [
        ("2020-04", date(2020, 4, 11), date(2022, 6, 1)),
        ("2022-06", date(2022, 6, 1), date(2023, 1, 1)),
        ("2023-01", date(2023, 1, 1), None),
    ]


def test_a_version_for_a_day_on_which_another_begins_is_refused() -> None:
    rules = replace(LATER.rules, version="2023-01b")
    with pytest.raises(RuleBookFaulty):
        shipped_rules().with_version(rules, effective_from=LATER.effective_from, source="x")


def test_a_version_before_all_others_is_refused() -> None:
    rules = replace(LATER.rules, version="2019-01")
    with pytest.raises(RuleBookFaulty):
        shipped_rules().with_version(rules, effective_from=date(2019, 1, 1), source="x")


def written(**changes: Any) -> str:
    """Write a rule file, changed; a member that becomes `...` is left out."""
    document = {
        "version": "2026-01",
        "effective_from": "2026-01-01",
        "effective_until": None,
        "source": "a test",
        **numbers_of(LATER.rules),
        **changes,
    }
    return json.dumps({name: value for name, value in document.items() if value is not ...})


def test_rule_files_are_read() -> None:
    assert [each.version for each in book_of({"2026-01.json": written()})] == ["2026-01"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "line 1"),
        ("[]", "one object"),
        (written(source=...), "source: Send this member"),
        (written(effective_from="2026-02-30"), "no such day in the calendar"),
        (written(effective_until="soon"), "Send a date such as"),
        (written(effective_until="9999-01-01"), "from 2000 to 2199"),
        (written(oldest=...), "oldest: Send this member"),
        (written(youngest="18"), "youngest: Send a whole number"),
        (written(version=2026), "version: Send year and month"),
    ],
)
def test_a_rule_file_that_is_not_whole_is_refused_by_its_name(text: str, told: str) -> None:
    with pytest.raises(RuleBookFaulty, match=r"\A2026-01\.json: ") as refused:
        book_of({"2026-01.json": text})
    assert told in str(refused.value)
