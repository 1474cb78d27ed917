"""Each refusal of an enrolment, up to where it begins and ends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chassis.problems import Problem
from services.enrolment.domain.programme.card import CardState, Scheme
from services.enrolment.domain.seats.admission import Admitted
from services.enrolment.domain.seats.enrolment import EnrolmentState
from tests.services.enrolment.domain.admission_case import Case, code_of
from tests.services.enrolment.domain.builders import (
    BALANCE,
    DAY,
    HOUR,
    NOW,
    PRICE,
    RULES,
    command,
    meeting,
    past,
)
from vocabulary.rule_set import row_of


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (CardState.IN_TRAINING, "in training"),
        (CardState.EXPIRED, "expired"),
        (CardState.REVOKED, "revoked"),
        (CardState.EXHAUSTED, "used up"),
    ],
)
def test_a_card_that_is_not_usable_is_refused_with_its_state(state: CardState, says: str) -> None:
    case = Case(rules=RULES)
    case.spoil_card(state=state, deadline=None)
    refusal = case.judge()
    assert isinstance(refusal, Problem)
    assert refusal.code == "card-not-usable"
    assert refusal.facts == {"card_state": state.value}
    assert says in refusal.detail


@pytest.mark.parametrize("state", [CardState.AWARDED, CardState.BETWEEN])
def test_a_card_expires_at_its_deadline_and_not_a_moment_earlier(state: CardState) -> None:
    case = Case()
    case.spoil_card(state=state, deadline=NOW)
    refusal = case.judge()
    assert isinstance(refusal, Problem)
    assert refusal.facts == {"card_state": "expired"}
    case.spoil_card(deadline=NOW + DAY.resolution)
    assert code_of(case.judge()) == "admitted"


@pytest.mark.parametrize(
    ("opens", "closes", "code"),
    [
        (NOW, NOW + DAY, "admitted"),
        (NOW + DAY.resolution, NOW + DAY, "registration-closed"),
        (NOW - DAY, NOW, "registration-closed"),
        (NOW - DAY, NOW + DAY.resolution, "admitted"),
    ],
    ids=["at the opening", "just before it", "at the closing", "just before that"],
)
def test_registration_is_open_from_its_first_instant_to_just_before_its_last(
    opens: object, closes: object, code: str
) -> None:
    case = Case()
    case.spoil_class(registration_opens=opens, registration_closes=closes)
    assert code_of(case.judge()) == code


@pytest.mark.parametrize("status", ["closed", "cancelled", "draft", ""])
def test_only_a_published_class_takes_enrolments(status: str) -> None:
    case = Case()
    case.spoil_class(status=status)
    assert code_of(case.judge()) == "registration-closed"


@pytest.mark.parametrize(
    ("scheme", "mode", "code"),
    [
        (Scheme.DIGITAL, "online", "admitted"),
        (Scheme.DIGITAL, "offline", "mode-not-in-scheme"),
        (Scheme.OFFLINE, "offline", "admitted"),
        (Scheme.OFFLINE, "online", "mode-not-in-scheme"),
    ],
)
def test_a_scheme_covers_one_kind_of_class(scheme: Scheme, mode: str, code: str) -> None:
    case = Case()
    case.spoil_card(scheme=scheme)
    case.spoil_class(mode=mode)
    assert code_of(case.judge()) == code


@pytest.mark.parametrize("expected", [PRICE - 1, PRICE + 1, 0])
def test_another_price_than_expected_is_refused_with_the_present_one(expected: int) -> None:
    case = Case(command=command(expected_price=expected))
    refusal = case.judge()
    assert isinstance(refusal, Problem)
    assert (refusal.code, refusal.facts) == ("price-changed", {"price": PRICE})


def test_a_balance_that_just_covers_the_price_is_enough() -> None:
    case = Case()
    case.spoil_card(balance=PRICE)
    outcome = case.judge()
    assert isinstance(outcome, Admitted)
    assert outcome.card.balance == 0


def test_a_balance_that_is_short_is_refused_with_balance_and_price() -> None:
    case = Case()
    case.spoil_card(balance=PRICE - 1)
    refusal = case.judge()
    assert isinstance(refusal, Problem)
    assert refusal.facts == {"balance": PRICE - 1, "price": PRICE}


def test_a_class_lowered_below_its_held_seats_takes_nobody_more() -> None:
    case = Case()
    case.spoil_class(declared_seats=3, held=5)
    assert code_of(case.judge()) == "class-full"


def test_the_last_seat_can_be_had() -> None:
    case = Case()
    case.spoil_class(held=9)
    outcome = case.judge()
    assert isinstance(outcome, Admitted)
    assert outcome.training_class.held == 10


@pytest.mark.parametrize(
    ("starts_in", "code"),
    [(2 * HOUR, "admitted"), (-2 * HOUR, "admitted"), (HOUR, "schedule-conflict")],
    ids=["begins as the other ends", "ends as the other begins", "overlaps"],
)
def test_meetings_that_touch_do_not_conflict(starts_in: object, code: str) -> None:
    sitting = meeting(NOW + 10 * DAY + starts_in)  # type: ignore[operator]
    case = Case(history=[past("parallel", EnrolmentState.ACTIVE, live_slot=1, meetings=(sitting,))])
    assert code_of(case.judge()) == code


def test_a_training_that_has_ended_stands_in_nobodys_way() -> None:
    sitting = meeting(NOW + 10 * DAY)
    case = Case(history=[past("ended", EnrolmentState.COMPLETED, meetings=(sitting,))], rules=RULES)
    case.spoil_card(state=CardState.BETWEEN)
    assert code_of(case.judge()) == "admitted"


@pytest.mark.parametrize(("live", "code"), [(1, "enrolment-in-progress"), (2, "admitted")])
def test_as_many_trainings_run_at_once_as_the_rules_allow(live: int, code: str) -> None:
    assert (row_of("live_enrolments"), RULES.live_enrolments) == ("next purchase", 1)
    running = past("running", EnrolmentState.ACTIVE, live_slot=1)
    case = Case(history=[running], rules=replace(RULES, live_enrolments=live))
    case.spoil_card(state=CardState.IN_TRAINING, deadline=None)
    assert code_of(case.judge()) == code


@pytest.mark.parametrize(("wanted", "code"), [(True, "review-owed"), (False, "admitted")])
def test_a_review_is_owed_before_the_next_purchase_where_the_rules_want_it(
    wanted: bool, code: str
) -> None:
    assert (row_of("review_before_next"), RULES.review_before_next) == ("next purchase", True)
    completed = past("earlier", EnrolmentState.COMPLETED, reviewed=False)
    case = Case(history=[completed], rules=replace(RULES, review_before_next=wanted))
    case.spoil_card(state=CardState.BETWEEN)
    assert code_of(case.judge()) == code


def test_an_admission_says_what_was_bought_and_by_which_rules() -> None:
    outcome = Case(rules=RULES).judge()
    assert isinstance(outcome, Admitted)
    enrolment, movement = outcome.enrolment, outcome.movement
    assert (enrolment.state, enrolment.price, enrolment.live_slot) == ("confirmed", PRICE, 1)
    assert (enrolment.enrolled_at, enrolment.rule_version) == (NOW, "2023-01")
    assert enrolment.card_state_before is CardState.AWARDED
    assert enrolment.card_deadline_before == NOW + 15 * DAY
    assert movement is not None
    assert (movement.source, movement.target, movement.amount) == ("card", "set_aside", PRICE)
    assert movement.enrolment_id == enrolment.enrolment_id
    assert outcome.card.state is CardState.IN_TRAINING
    assert (outcome.card.balance, outcome.card.deadline) == (BALANCE - PRICE, None)


def test_a_class_that_is_free_of_charge_moves_no_money() -> None:
    case = Case(command=command(expected_price=0))
    case.spoil_class(price=0)
    outcome = case.judge()
    assert isinstance(outcome, Admitted)
    assert outcome.movement is None
    assert outcome.card.balance == BALANCE
