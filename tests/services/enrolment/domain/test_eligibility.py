"""Who may be awarded a card: age, once in a lifetime and family card, each at its edge, citing its row of the rules."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chassis.problems import Problem
from services.enrolment.domain.programme.award import Award, Nomination, age_on
from tests.services.enrolment.domain.builders import EVENING, NOW
from tests.services.enrolment.domain.test_award import award, codes, nomination
from vocabulary.rule_book import shipped_rules
from vocabulary.rule_set import RuleSet, row_of

LAST_MINUTE = datetime(2027, 3, 9, 16, 59, 59, tzinfo=UTC)
"""In Jakarta it is 23:59:59 on 9 March; in Makassar and Jayapura 10 March has begun."""


def rules_of(version: str) -> RuleSet:
    dated = shipped_rules().find(version)
    assert dated is not None
    return dated.rules


def refusal_of(given: Nomination, **changes: Any) -> Problem:
    [outcome] = award(given, **changes)
    assert isinstance(outcome, Problem)
    return outcome


@pytest.mark.parametrize(
    ("day", "born", "age"),
    [
        (date(2027, 3, 10), date(2009, 3, 10), 18),
        (date(2027, 3, 9), date(2009, 3, 10), 17),
        (date(2027, 3, 10), date(1961, 3, 11), 65),
        (date(2027, 2, 28), date(2008, 2, 29), 18),
        (date(2027, 3, 1), date(2008, 2, 29), 19),
        (date(2028, 2, 29), date(2008, 2, 29), 20),
    ],
)
def test_age_is_counted_in_whole_years(day: date, born: date, age: int) -> None:
    assert age_on(day, born=born) == age


@pytest.mark.parametrize(
    ("region", "born", "outcome"),
    [
        ("31.71", date(2009, 3, 9), "awarded"),
        ("31.71", date(2009, 3, 10), "age-outside-rules"),
        ("73.71", date(2009, 3, 10), "awarded"),
        ("91.71", date(2009, 3, 10), "awarded"),
        ("91.71", date(2009, 3, 11), "age-outside-rules"),
        ("31.71", date(1962, 3, 10), "awarded"),
        ("31.71", date(1962, 3, 9), "age-outside-rules"),
        ("31.71", date(1962, 3, 10) - timedelta(days=365), "age-outside-rules"),
    ],
)
def test_who_is_18_to_64_where_they_live_may_hold_a_card(
    region: str, born: date, outcome: str
) -> None:
    assert row_of("youngest") == row_of("oldest") == "who"
    given = nomination("a", region=region, birth_date=born)
    assert codes(award(given, now=LAST_MINUTE)) == [outcome]


def test_a_refusal_for_the_age_names_the_numbers() -> None:
    refusal = refusal_of(nomination("a", birth_date=date(2020, 1, 1)), now=LAST_MINUTE)
    assert refusal.facts == {"age": 7, "youngest": 18, "oldest": 64}
    assert "from 18 to 64" in refusal.detail


def test_who_ever_held_a_card_gets_no_other_under_any_version() -> None:
    for dated in shipped_rules():
        assert row_of("once_in_a_lifetime") == "once"
        assert dated.rules.once_in_a_lifetime
        assert codes(award(nomination("a"), held={"a"}, rules=dated.rules)) == ["nik-already-held"]


def test_the_third_of_a_family_card_gets_no_card() -> None:
    assert row_of("recipients_per_family_card") == "per family card"
    family = [nomination(name, place, family="f") for place, name in enumerate("abc")]
    assert codes(award(*family, nomination("d", 4))) == [
        "awarded",
        "awarded",
        "family-card-used-up",
        "awarded",
    ]


def test_who_held_a_card_before_counts_for_the_family_card() -> None:
    family = [nomination(name, place, family="f") for place, name in enumerate("ab")]
    assert codes(award(*family, recipients={"f": 1})) == ["awarded", "family-card-used-up"]
    assert codes(award(*family, recipients={"f": 2})) == ["family-card-used-up"] * 2
    refusal = refusal_of(family[0], recipients={"f": 2})
    assert refusal.facts == {"recipients": 2, "most": 2}


def test_who_is_refused_takes_no_place_of_the_family_card() -> None:
    young = nomination("a", family="f", birth_date=date(2020, 1, 1))
    others = [nomination(name, place, family="f") for place, name in enumerate("bc")]
    assert codes(award(young, *others)) == ["age-outside-rules", "awarded", "awarded"]


def test_the_balance_and_the_clock_are_those_of_the_version_in_force() -> None:
    assert row_of("training_balance") == "benefit per person"
    assert row_of("first_purchase_days") == "first purchase"
    for version, balance, days in (("2020-04", 1_000_000, 30), ("2023-01", 3_500_000, 15)):
        [given] = award(nomination("a"), rules=rules_of(version))
        assert isinstance(given, Award)
        assert given.card.balance == given.movement.amount == balance
        assert given.card.deadline == NOW + timedelta(days=days) + EVENING
