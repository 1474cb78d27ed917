"""Quotas: every one that counts a card must have a place left, and each takes it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chassis.problems import Problem
from services.enrolment.domain.programme.award import Award, Nomination
from services.enrolment.domain.programme.card import Scheme
from services.enrolment.domain.programme.quota import (
    Allotment,
    Place,
    Quota,
    Reach,
    taken_by,
    under_rules,
)
from tests.services.enrolment.domain.builders import RULES
from tests.services.enrolment.domain.test_award import award, codes, nomination
from vocabulary.rule_set import row_of

DIGITAL, OFFLINE = Scheme.DIGITAL, Scheme.OFFLINE
BANDUNG = Place(DIGITAL, "32.73", "pmi")


def quota(
    name: str, reach: Reach, places: int | None = 1, used: int = 0, *, wave: str | None = "w"
) -> Quota:
    return Quota(name, wave, reach, places, used)


def people(count: int, **changes: Any) -> list[Nomination]:
    usual = {"scheme": DIGITAL, "cluster": "pmi", **changes}
    return [nomination(f"person {n}", n, **usual) for n in range(count)]


@pytest.mark.parametrize(
    "reach",
    [
        Reach(),
        Reach(DIGITAL),
        Reach(None, "32"),
        Reach(None, "32.73"),
        Reach(None, None, "pmi"),
        Reach(DIGITAL, "32", "pmi"),
        Reach(DIGITAL, "32.73", "pmi"),
    ],
)
def test_what_is_left_open_counts_all(reach: Reach) -> None:
    assert [each.quota_id for each in Allotment([quota("q", reach)]).counting(BANDUNG)] == ["q"]


@pytest.mark.parametrize(
    "reach",
    [
        Reach(OFFLINE),
        Reach(None, "3"),
        Reach(None, "33"),
        Reach(None, "32.7"),
        Reach(None, "32.74"),
        Reach(None, None, "layoff"),
        Reach(DIGITAL, "32.73", "layoff"),
        Reach(OFFLINE, "32.73", "pmi"),
    ],
)
def test_a_quota_of_something_else_does_not_count_a_card(reach: Reach) -> None:
    assert Allotment([quota("q", reach)]).counting(BANDUNG) == []


def test_a_card_of_no_cluster_is_counted_by_no_quota_of_one() -> None:
    quotas = [quota("all", Reach()), quota("pmi", Reach(cluster="pmi"))]
    assert taken_by(quotas, {replace(BANDUNG, cluster=None): 1}) == {"all": 1}


def test_a_card_takes_a_place_in_every_quota_that_counts_it() -> None:
    quotas = [
        quota("all", Reach(), 10),
        quota("province", Reach(region="32"), 10),
        quota("regency", Reach(DIGITAL, "32.73"), 10),
        quota("other", Reach(OFFLINE), 10),
    ]
    assert taken_by(quotas, {BANDUNG: 2}) == {"all": 2, "province": 2, "regency": 2}


def test_who_finds_a_quota_full_is_told_which() -> None:
    quotas = [quota("all", Reach(), 5), quota("regency", Reach(None, "32.73"), 2, used=1)]
    outcomes = award(*people(2), *people(1, region="32.04"), quotas=quotas)
    assert codes(outcomes) == ["awarded", "quota-full", "nik-already-held"]
    assert isinstance(outcomes[1], Problem)
    assert outcomes[1].facts == {"quota_id": "regency"}


def test_of_several_full_quotas_the_programme_s_is_named_first_then_the_wider() -> None:
    own = quota("programme", Reach(DIGITAL), 0, wave=None)
    wide, narrow = quota("all", Reach(), 0), quota("regency", Reach(None, "32.73"), 0)
    for quotas, named in (
        ([narrow, wide, own], "programme"),
        ([narrow, wide], "all"),
        ([narrow], "regency"),
    ):
        [outcome] = award(*people(1), quotas=quotas)
        assert isinstance(outcome, Problem)
        assert outcome.facts == {"quota_id": named}


def test_who_is_refused_by_one_quota_takes_no_place_of_another() -> None:
    quotas = [quota("all", Reach(), 2), quota("regency", Reach(None, "32.73"), 0)]
    elsewhere = [nomination(f"other {n}", n, region="32.04", scheme=DIGITAL) for n in range(2)]
    assert (
        codes(award(*people(3), *elsewhere, quotas=quotas)) == ["quota-full"] * 3 + ["awarded"] * 2
    )


def test_fewer_places_than_are_used_let_nobody_in_and_put_nobody_out() -> None:
    lowered = quota("q", Reach(), places=2, used=5)
    assert lowered.left == 0
    assert codes(award(*people(1), quotas=[lowered])) == ["quota-full"]


def test_the_programme_s_own_quotas_have_the_places_of_the_rules_in_force() -> None:
    assert row_of("digital_cards") == row_of("offline_cards") == "programme size"
    own = [quota("d", Reach(DIGITAL), None, wave=None), quota("o", Reach(OFFLINE), None, wave=None)]
    assert [each.places for each in under_rules(own, RULES)] == [1_500_000, 500_000]
    without = replace(RULES, digital_cards=None, offline_cards=1)
    filled = under_rules([replace(each, used=1) for each in own], without)
    assert [each.left for each in filled] == [None, 0]
    assert [isinstance(each, Award) for each in award(*people(1), quotas=filled)] == [True]
    assert codes(award(*people(1, scheme=OFFLINE), quotas=filled)) == ["quota-full"]


def test_a_wave_s_quota_keeps_its_places_under_every_rule() -> None:
    own = quota("q", Reach(DIGITAL), 7)
    assert under_rules([own], RULES) == [own]
