"""Who must act next, and by when."""

from __future__ import annotations

import pytest

from services.enrolment.domain.seats.enrolment import EnrolmentState
from services.enrolment.domain.seats.next_step import NextStep, next_step
from tests.services.enrolment.domain.builders import DAY, EVENING, NOW, RULES, training_class

CLASS = training_class()


def test_the_holder_redeems_before_the_class_starts() -> None:
    step = next_step(EnrolmentState.CONFIRMED, CLASS, RULES)
    assert step == NextStep("redemption", "holder", CLASS.starts_at)


def test_the_provider_owes_a_result_until_the_fourteenth_day_after_the_last_meeting_ends() -> None:
    step = next_step(EnrolmentState.ACTIVE, CLASS, RULES)
    assert step == NextStep("result", "provider", NOW + 24 * DAY + EVENING)


@pytest.mark.parametrize("state", [EnrolmentState.CONFIRMED, EnrolmentState.ACTIVE])
def test_nobody_in_a_class_that_was_called_off_has_to_do_anything(state: EnrolmentState) -> None:
    step = next_step(state, training_class(status="cancelled"), RULES)
    assert step == NextStep("cancellation", "system", None)


@pytest.mark.parametrize("state", [EnrolmentState.COMPLETED, EnrolmentState.CANCELLED])
def test_nobody_waits_for_anything_once_it_has_ended(state: EnrolmentState) -> None:
    assert next_step(state, CLASS, RULES) is None
