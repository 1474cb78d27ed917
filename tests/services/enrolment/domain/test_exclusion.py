"""Whom the rules refuse a card because of a list, under each version, citing the row *not*."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chassis.problems import Problem
from services.enrolment.domain.exclusion.listing import Listings, not_excluded
from tests.services.enrolment.domain.builders import RULES
from tests.services.enrolment.domain.test_award import award, codes, nomination
from tests.services.enrolment.domain.test_eligibility import rules_of
from vocabulary.rule_set import GROUPS, row_of


def on(*groups: str) -> Listings:
    return Listings(dict.fromkeys(GROUPS, 3), {"a": groups})


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("version", ["2020-04", "2023-01"])
def test_a_group_is_refused_a_card_as_the_version_says(group: str, version: str) -> None:
    assert row_of("excluded_groups") == "not"
    outcome = codes(award(nomination("a"), listings=on(group), rules=rules_of(version)))
    allowed = group == "social-aid-recipient" and version == "2023-01"
    assert outcome == ["awarded" if allowed else "excluded"]


def test_the_refusal_names_the_groups_and_the_lists() -> None:
    [refusal] = award(nomination("a"), listings=on("student", "police", "social-aid-recipient"))
    assert isinstance(refusal, Problem)
    assert refusal.facts == {"groups": "police, student", "lists": "police 3, student 3"}
    assert "police, student" in refusal.detail


def test_whoever_else_is_on_a_list_does_not_matter() -> None:
    assert codes(award(nomination("b"), listings=on("student"))) == ["awarded"]


def test_a_list_is_asked_after_the_age_and_before_what_a_person_held() -> None:
    young = nomination("a", birth_date=nomination("a").candidate.birth_date.replace(year=2020))
    assert codes(award(young, listings=on("student"))) == ["age-outside-rules"]
    assert codes(award(nomination("a"), listings=on("student"), held={"a"})) == ["excluded"]


def test_the_check_tells_what_it_compared() -> None:
    check = not_excluded("a", on("student"), RULES)
    assert check.rule == "exclusion"
    assert check.compared == {
        "listed": ["student"],
        "excluded_groups": list(RULES.excluded_groups),
    }


def test_a_card_is_judged_by_the_lists_of_the_groups_that_its_rules_refuse() -> None:
    numbers = {"student": 2, "social-aid-recipient": 5}
    assert Listings(numbers).judging(RULES) == {"student": 2}
    assert Listings(numbers).judging(rules_of("2020-04")) == numbers
    assert Listings(numbers).judging(replace(RULES, excluded_groups=())) == {}
