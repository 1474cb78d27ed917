"""Giving a seat back: who may, until when, and what the card gets back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chassis.clock import write_instant
from services.enrolment.domain.learning.evidence import Evidence
from services.enrolment.domain.programme.card import Card, CardState
from services.enrolment.domain.seats.cancellation import Cancelled, cancel
from services.enrolment.domain.seats.enrolment import EnrolmentState, PastEnrolment
from services.enrolment.domain.seats.training_class import FINAL_TEST
from tests.services.enrolment.domain.builders import (
    BALANCE,
    DAY,
    EVENING,
    HOUR,
    NOW,
    PRICE,
    RULES,
    card,
    enrolment,
    evidence,
    held_class,
    meeting,
    past,
    training_class,
)
from vocabulary.refusals.seats import CancellationClosed
from vocabulary.rule_set import row_of

IN_TRAINING = card(state=CardState.IN_TRAINING, balance=BALANCE - PRICE, deadline=None)


def cancelled(
    *,
    role: str,
    held_card: Card = IN_TRAINING,
    others: Sequence[PastEnrolment] = (),
    now: datetime = NOW,
    starts_at: datetime = NOW + 10 * DAY,
    holder_may_cancel: bool = True,
    class_status: str = "published",
    moved_at: datetime | None = None,
    ends_at: datetime | None = None,
    meetings: Sequence[datetime] = (),
    came_to: Sequence[int] = (),
    **changes: Any,
) -> Cancelled:
    offered = training_class(held=4, starts_at=starts_at, status=class_status, moved_at=moved_at)
    if ends_at is not None:
        offered = replace(offered, ends_at=ends_at)
    if meetings:
        offered = replace(offered, meetings=tuple(map(meeting, meetings)))
    return cancel(
        enrolment(**changes),
        card=held_card,
        training_class=offered,
        evidence=[evidence(number) for number in came_to],
        past=others,
        role=role,
        movement_id="refund-1",
        now=now,
        rules=replace(RULES, holder_may_cancel=holder_may_cancel),
    )


def test_a_holder_leaves_a_class_that_was_called_off_at_any_time_and_without_losing_time() -> None:
    bought, deadline = NOW - 2 * DAY, NOW + 5 * DAY
    outcome = cancelled(
        role="holder",
        starts_at=NOW - DAY,
        class_status="cancelled",
        holder_may_cancel=False,
        enrolled_at=bought,
        card_deadline_before=deadline,
    )
    assert outcome.card.balance == BALANCE
    assert outcome.card.deadline == NOW + (deadline - bought) + EVENING


@pytest.mark.parametrize("state", [EnrolmentState.CONFIRMED, EnrolmentState.ACTIVE])
def test_a_holder_leaves_a_class_that_was_moved_as_one_that_was_called_off(
    state: EnrolmentState,
) -> None:
    bought, deadline = NOW - 2 * DAY, NOW + 5 * DAY
    outcome = cancelled(
        role="holder",
        starts_at=NOW - DAY,
        meetings=[NOW - DAY, NOW + DAY],
        moved_at=NOW - DAY / 2,
        holder_may_cancel=False,
        enrolled_at=bought,
        card_deadline_before=deadline,
        state=state,
    )
    assert outcome.free_exit
    assert outcome.card.balance == BALANCE
    assert outcome.card.deadline == NOW + (deadline - bought) + EVENING


@pytest.mark.parametrize(
    ("now", "moved_at"),
    [
        (NOW + DAY, NOW - DAY),
        (NOW, NOW - 3 * DAY),
    ],
    ids=["two days later, the next meeting has begun", "moved before the seat was taken"],
)
def test_too_late_or_known_of_before_it_is_no_free_exit(now: datetime, moved_at: datetime) -> None:
    with pytest.raises(CancellationClosed):
        cancelled(
            role="holder",
            now=now,
            starts_at=NOW - DAY,
            meetings=[NOW - DAY, NOW + DAY],
            moved_at=moved_at,
            enrolled_at=NOW - 2 * DAY,
        )


def pulled_forward(**changes: Any) -> Cancelled:
    """Leave a class of two meetings, the second of which was pulled forward a day ago and is over."""
    return cancelled(
        role="holder",
        starts_at=NOW - 2 * DAY,
        ends_at=NOW - DAY / 2 + HOUR,
        meetings=[NOW - 2 * DAY, NOW - DAY / 2],
        moved_at=NOW - DAY,
        enrolled_at=NOW - 3 * DAY,
        **changes,
    )


def test_who_missed_what_was_pulled_forward_leaves_after_its_end_too() -> None:
    assert pulled_forward().free_exit
    assert pulled_forward(came_to=[1]).free_exit, "that was before the move"


@pytest.mark.parametrize("came_to", [[2], [1, 2]])
def test_who_came_to_it_does_not(came_to: list[int]) -> None:
    with pytest.raises(CancellationClosed):
        pulled_forward(came_to=came_to)


def test_a_class_that_was_called_off_after_its_move_is_left_because_of_that() -> None:
    outcome = cancelled(role="holder", class_status="cancelled", moved_at=NOW, meetings=[NOW + DAY])
    assert not outcome.free_exit
    assert outcome.card.balance == BALANCE


@pytest.mark.parametrize("role", ["provider", "operator", "system"])
def test_only_a_holder_leaves_by_a_free_exit(role: str) -> None:
    outcome = cancelled(role=role, moved_at=NOW, meetings=[NOW + DAY])
    assert not outcome.free_exit
    assert not cancelled(role="holder").free_exit


@pytest.mark.parametrize("role", ["holder", "provider", "operator", "system"])
@pytest.mark.parametrize("state", [EnrolmentState.CONFIRMED, EnrolmentState.ACTIVE])
def test_money_and_seat_come_back_whoever_cancels(role: str, state: EnrolmentState) -> None:
    outcome = cancelled(role=role, state=state)
    assert (outcome.enrolment.state, outcome.enrolment.live_slot) == ("cancelled", None)
    assert outcome.card.balance == BALANCE
    assert outcome.training_class.held == 3
    refund = outcome.movement
    assert refund is not None
    assert (refund.source, refund.target, refund.amount) == ("set_aside", "card", PRICE)
    assert (refund.cause, refund.enrolment_id) == ("cancellation", "enrolment-1")


def test_the_holders_clock_went_on_while_the_seat_was_held() -> None:
    assert cancelled(role="holder").card.deadline == NOW + 11 * DAY


def test_a_holder_who_cancels_after_the_deadline_has_an_expired_card() -> None:
    outcome = cancelled(role="holder", card_deadline_before=NOW - DAY)
    assert outcome.card.state_at(NOW) is CardState.EXPIRED


@pytest.mark.parametrize("role", ["provider", "operator", "system"])
def test_the_time_that_was_left_is_given_again_when_others_cancel(role: str) -> None:
    assert cancelled(role=role).card.deadline == NOW + 13 * DAY + EVENING


@pytest.mark.parametrize("before", [CardState.AWARDED, CardState.BETWEEN])
@pytest.mark.parametrize("role", ["holder", "provider", "system"])
def test_the_card_is_in_the_state_it_was_bought_in(before: CardState, role: str) -> None:
    assert cancelled(role=role, card_state_before=before).card.state is before


def test_a_card_with_another_running_training_stays_in_training() -> None:
    running = past("class-2", EnrolmentState.ACTIVE, live_slot=2)
    outcome = cancelled(role="holder", others=[running])
    assert (outcome.card.state, outcome.card.deadline) == (CardState.IN_TRAINING, None)
    assert outcome.card.balance == BALANCE


def test_the_last_of_overlapping_trainings_leaves_a_card_whose_clock_runs() -> None:
    outcome = cancelled(
        role="holder", card_state_before=CardState.IN_TRAINING, card_deadline_before=None
    )
    assert (outcome.card.state, outcome.card.deadline) == (
        CardState.BETWEEN,
        NOW + 15 * DAY + EVENING,
    )


def test_a_revoked_card_gets_its_money_back_and_stays_revoked() -> None:
    revoked = replace(IN_TRAINING, state=CardState.REVOKED)
    outcome = cancelled(role="operator", held_card=revoked)
    assert (outcome.card.state, outcome.card.balance) == (CardState.REVOKED, BALANCE)


def test_a_class_that_was_free_of_charge_returns_no_money() -> None:
    outcome = cancelled(role="holder", price=0)
    assert outcome.movement is None
    assert outcome.card.balance == IN_TRAINING.balance


def test_what_was_paid_comes_back_even_if_the_price_is_another_now() -> None:
    outcome = cancelled(role="provider", price=PRICE - 50_000)
    assert outcome.movement is not None
    assert outcome.movement.amount == PRICE - 50_000


@pytest.mark.parametrize("starts_at", [NOW, NOW - DAY])
def test_a_holder_cannot_cancel_once_the_class_has_started(starts_at: datetime) -> None:
    with pytest.raises(CancellationClosed):
        cancelled(role="holder", starts_at=starts_at)


@pytest.mark.parametrize("role", ["provider", "operator", "system"])
def test_provider_and_operator_cancel_also_after_the_start(role: str) -> None:
    assert cancelled(role=role, starts_at=NOW - DAY).enrolment.state == "cancelled"


CAME = [evidence()]
STAYED_AWAY = [evidence(present=False)]


def after_the_end(
    role: str, told: Sequence[Evidence], *, since: timedelta = timedelta(0), **changes: Any
) -> Cancelled:
    """Cancel so long after the last meeting of a class has ended."""
    ended = held_class(meetings=2, held=4, **changes)
    return cancel(
        enrolment(state=EnrolmentState.ACTIVE),
        card=IN_TRAINING,
        training_class=ended,
        evidence=told,
        past=[],
        role=role,
        movement_id="refund-1",
        now=ended.ends_at + since,
        rules=RULES,
    )


@pytest.mark.parametrize("told", [[], CAME, STAYED_AWAY])
@pytest.mark.parametrize("since", [timedelta(0), 15 * DAY])
def test_once_a_class_has_ended_its_provider_only_gives_results(
    told: list[Evidence], since: timedelta
) -> None:
    with pytest.raises(CancellationClosed) as refusal:
        after_the_end("provider", told, since=since)
    assert refusal.value.facts == {
        "enrolment_status": "active",
        "ends_at": write_instant(held_class(meetings=2).ends_at),
    }
    assert "give the result" in refusal.value.detail
    assert "voided" in refusal.value.detail


@pytest.mark.parametrize("role", ["provider", "operator"])
@pytest.mark.parametrize("told", [[], CAME])
def test_a_class_has_ended_when_its_last_meeting_has(role: str, told: list[Evidence]) -> None:
    just_before = after_the_end(role, told, since=-timedelta.resolution)
    assert just_before.enrolment.state == "cancelled"


@pytest.mark.parametrize("told", [CAME, STAYED_AWAY, [evidence(FINAL_TEST)]])
def test_an_operator_cancels_after_the_end_only_where_nobody_knows_anything(
    told: list[Evidence],
) -> None:
    assert after_the_end("operator", []).card.balance == BALANCE
    with pytest.raises(CancellationClosed) as refusal:
        after_the_end("operator", told)
    assert "void it" in refusal.value.detail


@pytest.mark.parametrize("role", ["holder", "provider", "operator", "system"])
@pytest.mark.parametrize("told", [[], CAME])
def test_a_class_that_was_called_off_is_settled_however_late_that_is(
    role: str, told: list[Evidence]
) -> None:
    outcome = after_the_end(role, told, since=30 * DAY, status="cancelled")
    assert (outcome.enrolment.state, outcome.card.balance) == ("cancelled", BALANCE)


def test_a_holder_cannot_cancel_where_the_rules_in_force_forbid_it() -> None:
    assert (row_of("holder_may_cancel"), RULES.holder_may_cancel) == ("no swap", True)
    with pytest.raises(CancellationClosed):
        cancelled(role="holder", holder_may_cancel=False)
    assert cancelled(role="provider", holder_may_cancel=False).enrolment.state == "cancelled"


@pytest.mark.parametrize("state", [EnrolmentState.COMPLETED, EnrolmentState.CANCELLED])
@pytest.mark.parametrize("role", ["holder", "provider", "operator", "system"])
def test_what_has_ended_cannot_be_cancelled_by_anybody(role: str, state: EnrolmentState) -> None:
    with pytest.raises(CancellationClosed) as refusal:
        cancelled(role=role, state=state, live_slot=None)
    assert refusal.value.facts == {"enrolment_status": state.value}
    assert ("cancelled already" in refusal.value.detail) == (state is EnrolmentState.CANCELLED)


@pytest.mark.parametrize("before", [CardState.AWARDED, CardState.BETWEEN])
def test_when_the_system_cancels_a_called_off_class_state_money_and_time_are_as_at_the_purchase(
    before: CardState,
) -> None:
    bought, deadline = NOW - 9 * DAY, NOW - 2 * DAY
    outcome = cancelled(
        role="system",
        class_status="cancelled",
        starts_at=NOW - DAY,
        holder_may_cancel=False,
        enrolled_at=bought,
        card_state_before=before,
        card_deadline_before=deadline,
    )
    assert (outcome.card.state, outcome.card.balance) == (before, BALANCE)
    assert outcome.card.deadline == NOW + 7 * DAY + EVENING
    assert outcome.card.state_at(NOW) is before


@pytest.mark.parametrize("role", ["holder", "provider"])
def test_who_moved_into_a_pause_gets_no_day_of_it_that_lies_before_the_purchase(role: str) -> None:
    bought = enrolment().enrolled_at
    moved = replace(IN_TRAINING, paused_at=bought - 5 * DAY)
    ends = NOW + 11 * DAY + EVENING
    after = cancelled(role=role, held_card=moved, card_deadline_before=ends).card
    assert (after.clock_from, after.deadline) == (bought, ends)
