"""Incentives: what the rules promise, once, for what stands. The table's row is *benefit per person*."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from services.enrolment.domain.money.earning import Need, Prospect, prospect_of
from services.enrolment.domain.money.incentive import (
    Earnings,
    Incentive,
    IncentiveKind,
    Settlement,
    settle,
)
from services.enrolment.domain.money.movement import Account, Cause
from services.enrolment.domain.programme.card import CardState
from services.enrolment.domain.seats.enrolment import Enrolment, EnrolmentState
from tests.services.enrolment.domain.builders import NOW, RULES, enrolment
from vocabulary.rule_book import shipped_rules
from vocabulary.rule_set import RuleSet

COMPLETION, SURVEY = IncentiveKind.COMPLETION, IncentiveKind.SURVEY
BY_VERSION = {each.version: each.rules for each in shipped_rules()}


def settled(
    trainings: list[str],
    surveys: set[int] | None = None,
    standing: list[Incentive] | None = None,
    rules: RuleSet = RULES,
) -> Settlement:
    ids = count(1)
    return settle(
        Earnings("card-1", trainings, surveys or set(), rules),
        standing or [],
        because=Cause.VOIDING,
        now=NOW,
        new_id=lambda: f"id-{next(ids)}",
    )


def told(settlement: Settlement) -> list[tuple[IncentiveKind, int, int]]:
    return [(each.kind, each.number, each.amount) for each in settlement.due]


@pytest.mark.parametrize(
    ("version", "completion", "survey"),
    [("2020-04", [600_000] * 4, [50_000] * 3), ("2023-01", [600_000], [50_000] * 2)],
)
def test_row_benefit_per_person_what_each_version_promises_beside_the_balance(
    version: str, completion: list[int], survey: list[int]
) -> None:
    due = settled(["enrolment-1"], set(range(1, 21)), rules=BY_VERSION[version]).due
    assert [each.amount for each in due if each.kind is COMPLETION] == completion
    assert [each.amount for each in due if each.kind is SURVEY] == survey
    assert {each.rule_version for each in due} == {version}


def test_row_benefit_per_person_adds_up_to_what_the_table_says() -> None:
    whole = RULES.training_balance + settled(["enrolment-1"], {1, 2}).amount_due
    assert (whole, RULES.version) == (4_200_000, "2023-01")


def test_without_a_training_that_stands_nothing_is_due() -> None:
    assert settled([], {1, 2}) == Settlement([], [], [])


def test_it_rests_on_the_training_that_was_reviewed_first_and_moves_from_the_state() -> None:
    settlement = settled(["enrolment-1", "enrolment-2"])
    [due], [movement] = settlement.due, settlement.movements
    assert (due.enrolment_id, due.due_since, due.stands) == ("enrolment-1", NOW, True)
    assert (movement.source, movement.target) == (Account.STATE, Account.INCENTIVE)
    assert (movement.movement_id, movement.cause) == (due.incentive_id, Cause.INCENTIVE)
    assert (movement.provider_id, movement.class_id) == (None, None)


def test_what_is_due_already_does_not_become_due_again() -> None:
    first = settled(["enrolment-1"], {1})
    assert settled(["enrolment-1"], {1}, [*first.due]) == Settlement([], [], [])
    again = settled(["enrolment-0", "enrolment-1"], {1, 2}, [*first.due])
    assert told(again) == [(SURVEY, 2, 50_000)]


def test_what_rested_on_a_training_that_does_not_stand_is_withdrawn() -> None:
    first = settled(["enrolment-1"], {1})
    after = settled([], {1}, [*first.due])
    assert ([*after.due], after.amount_withdrawn) == ([], 650_000)
    assert all(not each.stands for each in after.withdrawn)
    assert [(m.source, m.target, m.cause) for m in after.movements] == [
        (Account.INCENTIVE, Account.STATE, Cause.VOIDING)
    ] * 2


def test_another_training_earns_it_anew() -> None:
    first = settled(["enrolment-1"], {1})
    after = settled(["enrolment-2"], {1}, [*first.due])
    assert {each.enrolment_id for each in after.due} == {"enrolment-2"}
    assert (after.amount_due, after.amount_withdrawn) == (650_000, 650_000)


@pytest.mark.parametrize("number", ["completion_incentive", "completion_incentives"])
def test_where_the_rules_promise_none_none_is_due(number: str) -> None:
    rules: RuleSet = replace(RULES, **{number: 0})
    assert told(settled(["enrolment-1"], {1}, rules=rules)) == [(SURVEY, 1, 50_000)]


def prospect(
    of: Enrolment, standing: list[Incentive] | None = None, **changes: Any
) -> Prospect | None:
    usual = {"card_state": CardState.BETWEEN, "promised": RULES, **changes}
    return prospect_of(of, standing=standing or [], **usual)


@pytest.mark.parametrize(
    ("state", "reviewed", "needs"),
    [
        (EnrolmentState.CONFIRMED, False, (Need.COMPLETION, Need.REVIEW)),
        (EnrolmentState.ACTIVE, False, (Need.COMPLETION, Need.REVIEW)),
        (EnrolmentState.COMPLETED, False, (Need.REVIEW,)),
    ],
)
def test_a_training_says_what_its_incentive_still_needs(
    state: EnrolmentState, reviewed: bool, needs: tuple[Need, ...]
) -> None:
    assert prospect(enrolment(state=state, reviewed=reviewed)) == Prospect(600_000, needs)


def test_a_training_that_earned_it_says_since_when() -> None:
    done = enrolment(state=EnrolmentState.COMPLETED, reviewed=True)
    due = [*settled([done.enrolment_id], {1}).due]
    assert prospect(done, due) == Prospect(600_000, (), NOW)


@pytest.mark.parametrize(
    "state",
    [
        EnrolmentState.INCOMPLETE,
        EnrolmentState.NO_SHOW,
        EnrolmentState.VOIDED,
        EnrolmentState.CANCELLED,
    ],
)
def test_a_training_that_ended_otherwise_earns_none(state: EnrolmentState) -> None:
    assert prospect(enrolment(state=state)) is None


def test_none_is_earned_a_second_time_nor_by_a_revoked_card() -> None:
    due = [*settled(["another"]).due]
    assert prospect(enrolment(), due) is None
    assert prospect(enrolment(), card_state=CardState.REVOKED) is None
    assert prospect(enrolment(), promised=replace(RULES, completion_incentives=0)) is None
