"""What comes after a result: the review, the waiting time and voiding."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from chassis.clock import write_instant
from chassis.problems import Problem
from services.enrolment.domain.learning.reopening import open_again
from services.enrolment.domain.learning.review import review
from services.enrolment.domain.learning.voiding import void
from services.enrolment.domain.seats.enrolment import HAS_A_RESULT, EnrolmentState
from services.enrolment.domain.seats.entitlement import (
    opens_again,
    review_given,
    running_trainings,
    waiting_over,
)
from tests.services.enrolment.domain.builders import DAY, NOW, PRICE, RULES, enrolment, past
from vocabulary.rule_set import row_of

COMPLETED = EnrolmentState.COMPLETED


def test_a_completed_training_is_reviewed_once_and_nothing_is_due_any_more() -> None:
    reviewed = review(enrolment(state=COMPLETED, holder_due_at=NOW))
    assert (reviewed.reviewed, reviewed.holder_due_at) == (True, None)
    with pytest.raises(Problem) as refused:
        review(reviewed)
    assert refused.value.code == "already-reviewed"


@pytest.mark.parametrize("state", sorted(set(EnrolmentState) - {COMPLETED}))
def test_only_a_completed_training_is_reviewed(state: EnrolmentState) -> None:
    with pytest.raises(Problem) as refused:
        review(enrolment(state=state))
    assert (refused.value.code, refused.value.facts) == ("state-conflict", {"state": state.value})


@pytest.mark.parametrize("state", sorted(HAS_A_RESULT))
def test_a_voided_result_returns_what_is_still_set_aside(state: EnrolmentState) -> None:
    judged = enrolment(state=state, live_slot=None)
    voided = void(judged, still_set_aside=True, movement_id="movement-3")
    assert voided.movement is not None
    assert (voided.movement.target, voided.returned) == ("state", PRICE)
    assert (voided.enrolment.state, voided.state_before) == (EnrolmentState.VOIDED, state)
    assert void(judged, still_set_aside=False, movement_id="movement-3").movement is None


@pytest.mark.parametrize("state", sorted(set(EnrolmentState) - HAS_A_RESULT))
def test_only_a_result_can_be_voided(state: EnrolmentState) -> None:
    with pytest.raises(Problem) as refused:
        void(enrolment(state=state), still_set_aside=True, movement_id="movement-3")
    assert refused.value.code == "state-conflict"


def test_next_purchase_row_a_waiting_time_is_told_until_it_is_over() -> None:
    opens = NOW + DAY
    waiting = past("class-2", EnrolmentState.INCOMPLETE, open_again_at=opens)
    earlier = past("class-3", EnrolmentState.NO_SHOW, open_again_at=NOW)
    refusal = waiting_over(opens_again([earlier, waiting]), NOW).refusal
    assert refusal is not None
    assert refusal.code == "waiting-time-runs"
    assert refusal.facts == {"open_again_at": write_instant(opens)}
    assert waiting_over(opens_again([earlier, waiting]), opens).refusal is None
    assert waiting_over(opens_again([]), NOW).refusal is None


def test_next_purchase_row_a_review_that_is_owed_comes_first_where_the_rules_want_it() -> None:
    assert row_of("review_before_next") == "next purchase"
    refusal = review_given(1, RULES).refusal
    assert refusal is not None
    assert refusal.code == "review-owed"
    assert review_given(0, RULES).refusal is None
    assert review_given(1, replace(RULES, review_before_next=False)).refusal is None


@pytest.mark.parametrize("most", [1, 2])
def test_next_purchase_row_as_many_trainings_run_as_the_rules_allow(most: int) -> None:
    assert row_of("live_enrolments") == "next purchase"
    rules = replace(RULES, live_enrolments=most)
    assert running_trainings(most - 1, rules).refusal is None
    refusal = running_trainings(most, rules).refusal
    assert refusal is not None
    assert refusal.code == "enrolment-in-progress"


@pytest.mark.parametrize("state", [EnrolmentState.NO_SHOW, EnrolmentState.INCOMPLETE])
def test_the_next_purchase_is_opened_once(state: EnrolmentState) -> None:
    opened = open_again(enrolment(state=state, open_again_at=NOW + timedelta.resolution), now=NOW)
    assert opened.open_again_at == NOW
    with pytest.raises(Problem):
        open_again(opened, now=NOW)


@pytest.mark.parametrize("opens", [None, NOW - DAY, NOW])
@pytest.mark.parametrize("state", sorted(EnrolmentState))
def test_where_no_waiting_time_runs_nothing_is_opened(
    state: EnrolmentState, opens: datetime | None
) -> None:
    """Under the rules in force there is none; an instant that were written down all the same would move a clock."""
    with pytest.raises(Problem) as refused:
        open_again(enrolment(state=state, open_again_at=opens), now=NOW)
    assert (refused.value.code, refused.value.facts) == ("state-conflict", {"state": state.value})


@pytest.mark.parametrize("state", sorted(set(EnrolmentState) - {"no_show", "incomplete"}))
def test_only_who_did_not_complete_waits(state: EnrolmentState) -> None:
    with pytest.raises(Problem):
        open_again(enrolment(state=state, open_again_at=NOW + DAY), now=NOW)
