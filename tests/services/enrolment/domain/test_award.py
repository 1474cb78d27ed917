"""Awarding cards: each candidate stands or falls alone, and nobody is awarded twice."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from chassis.problems import Problem
from services.enrolment.domain.programme.award import (
    Award,
    Candidate,
    Nomination,
    Standing,
    award_all,
)
from services.enrolment.domain.programme.card import CardState, Scheme
from tests.services.enrolment.domain.builders import BALANCE, DAY, EVENING, NOW, RULES


def nomination(digest: str, number: int = 1, *, family: str = "", **changes: Any) -> Nomination:
    usual = Candidate(
        nik="3273014205900001",
        family_card="3273010101100001",
        name="Siti Rahma",
        birth_date=date(1990, 5, 2),
        region="32.73",
        cluster="pmi",
        scheme=Scheme.OFFLINE,
    )
    return Nomination(
        candidate=replace(usual, **changes),
        nik_digest=digest,
        family_digest=family or f"family of {digest}",
        card_ref=f"card-{number}",
        card_number=f"100000000000000{number}",
        movement_id=f"movement-{number}",
    )


def codes(outcomes: list[Award | Problem]) -> list[str]:
    return ["awarded" if isinstance(o, Award) else o.code for o in outcomes]


def award(
    *nominations: Nomination, held: Collection[str] = (), **changes: Any
) -> list[Award | Problem]:
    standing = Standing(held_niks=held, recipients={}, quotas=(), pauses=(), rules=RULES, now=NOW)
    return award_all(nominations, replace(standing, **changes))


def test_a_card_is_awarded_with_the_balance_and_the_clock_of_the_rules_in_force() -> None:
    [outcome] = award(nomination("a"))
    assert isinstance(outcome, Award)
    assert (outcome.card.state, outcome.card.balance) == (CardState.AWARDED, BALANCE)
    assert outcome.card.deadline == NOW + 15 * DAY + EVENING
    assert (outcome.card.scheme, outcome.card.region) == (Scheme.OFFLINE, "32.73")


def test_the_state_fills_the_card() -> None:
    [outcome] = award(nomination("a"))
    assert isinstance(outcome, Award)
    assert (outcome.movement.source, outcome.movement.target) == ("state", "card")
    assert outcome.movement.amount == BALANCE


def test_who_ever_held_a_card_gets_no_other() -> None:
    assert codes(award(nomination("a"), nomination("b", 2), held={"a"})) == [
        "nik-already-held",
        "awarded",
    ]


def test_the_same_person_twice_in_a_batch_is_awarded_once() -> None:
    outcomes = award(nomination("a"), nomination("b", 2), nomination("a", 3))
    assert codes(outcomes) == ["awarded", "awarded", "nik-already-held"]


def test_what_is_printed_of_a_nomination_names_nobody() -> None:
    [outcome] = award(nomination("a"))
    printed = repr(outcome)
    for secret in ("3273014205900001", "3273010101100001", "Siti", "1990", "100000000000000"):
        assert secret not in printed


@pytest.mark.parametrize(
    ("born", "outcome"),
    [
        (date(1899, 12, 31), "birth-date-impossible"),
        (date(1900, 1, 1), "age-outside-rules"),
        (NOW.date(), "age-outside-rules"),
        (NOW.date() + timedelta(days=1), "birth-date-impossible"),
        (date(2990, 5, 31), "birth-date-impossible"),
    ],
)
def test_nobody_is_awarded_a_card_who_was_born_on_an_impossible_day(
    born: date, outcome: str
) -> None:
    given = nomination("a", birth_date=born)
    assert codes(award(given, nomination("b", 2))) == [outcome, "awarded"]
