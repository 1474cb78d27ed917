"""Who must act next, and by when."""

from __future__ import annotations

from datetime import datetime

import pytest

from services.enrolment.domain.seats.enrolment import EnrolmentState
from services.enrolment.domain.seats.next_step import NextStep, Progress, next_step
from services.enrolment.domain.seats.training_class import TrainingClass
from tests.services.enrolment.domain.builders import (
    DAY,
    EVENING,
    HOUR,
    NOW,
    RULES,
    enrolment,
    training_class,
)

CLASS = training_class()
DUE = NOW + 24 * DAY + EVENING
TOLD = Progress(has_evidence=True, has_come=True)


def step(
    state: EnrolmentState,
    at: datetime = NOW,
    *,
    of: TrainingClass = CLASS,
    progress: Progress | None = None,
    **changes: object,
) -> NextStep | None:
    made = enrolment(state=state, **changes)
    return next_step(made, of, RULES, progress=progress or Progress(), now=at)


def test_the_holder_redeems_before_the_class_starts_and_is_late_afterwards() -> None:
    confirmed = EnrolmentState.CONFIRMED
    assert step(confirmed) == NextStep("redemption", "holder", CLASS.starts_at)
    late = NextStep("redemption", "holder", CLASS.starts_at, overdue=True)
    assert step(confirmed, CLASS.starts_at) == late


def test_the_provider_records_attendance_while_the_class_runs() -> None:
    assert step(EnrolmentState.ACTIVE) == NextStep("attendance", "provider", DUE)


@pytest.mark.parametrize("state", [EnrolmentState.CONFIRMED, EnrolmentState.ACTIVE])
def test_a_training_that_is_over_without_any_evidence_waits_for_that_first(
    state: EnrolmentState,
) -> None:
    assert step(state, CLASS.ends_at) == NextStep("attendance", "provider", DUE)


def test_the_provider_owes_a_result_until_the_fourteenth_day_after_the_last_meeting_ends() -> None:
    result = NextStep("result", "provider", DUE)
    assert step(EnrolmentState.ACTIVE, CLASS.ends_at, progress=TOLD) == result
    assert step(EnrolmentState.ACTIVE, DUE - DUE.resolution, progress=TOLD) == result


@pytest.mark.parametrize("state", [EnrolmentState.CONFIRMED, EnrolmentState.ACTIVE])
@pytest.mark.parametrize("progress", [Progress(), TOLD])
def test_from_then_on_only_the_operator_may_give_it(
    state: EnrolmentState, progress: Progress
) -> None:
    late = NextStep("result", "operator", DUE, overdue=True)
    assert step(state, DUE, progress=progress) == late


def test_who_came_and_never_showed_the_code_is_asked_for_it() -> None:
    late = NextStep("redemption", "holder", CLASS.starts_at, overdue=True)
    assert step(EnrolmentState.CONFIRMED, CLASS.ends_at, progress=TOLD) == late


def test_who_never_came_gets_a_result_without_the_code() -> None:
    absent = Progress(has_evidence=True)
    expected = NextStep("result", "provider", DUE)
    assert step(EnrolmentState.CONFIRMED, CLASS.ends_at, progress=absent) == expected


def test_the_time_that_was_written_down_outweighs_that_of_the_class() -> None:
    given = step(
        EnrolmentState.ACTIVE, CLASS.ends_at, progress=TOLD, provider_due_at=NOW + 40 * DAY
    )
    assert given == NextStep("result", "provider", NOW + 40 * DAY)


def test_the_holder_reviews_a_completed_training_before_the_clock_of_the_card_runs_out() -> None:
    completed, until = EnrolmentState.COMPLETED, NOW + HOUR
    assert step(completed, holder_due_at=until) == NextStep("review", "holder", until)
    late = NextStep("review", "holder", until, overdue=True)
    assert step(completed, until, holder_due_at=until) == late
    assert step(completed) == NextStep("review", "holder", None)


@pytest.mark.parametrize("state", [EnrolmentState.CONFIRMED, EnrolmentState.ACTIVE])
def test_nobody_in_a_class_that_was_called_off_has_to_do_anything(state: EnrolmentState) -> None:
    called_off = training_class(status="cancelled")
    assert step(state, of=called_off) == NextStep("cancellation", "system", None)


@pytest.mark.parametrize(
    "state",
    [
        EnrolmentState.INCOMPLETE,
        EnrolmentState.NO_SHOW,
        EnrolmentState.VOIDED,
        EnrolmentState.CANCELLED,
    ],
)
def test_nobody_waits_for_anything_once_it_has_ended(state: EnrolmentState) -> None:
    assert step(state) is None


def test_nor_once_it_is_reviewed() -> None:
    assert step(EnrolmentState.COMPLETED, reviewed=True) is None
