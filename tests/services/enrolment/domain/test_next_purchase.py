"""The clock of the next purchase, by whatever a card's last running training ends. Rows are days from `NOW`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.enrolment.domain.exclusion.bar import bar, lift
from services.enrolment.domain.learning.result import Judging, Result, give_result
from services.enrolment.domain.programme.card import Card, CardState
from services.enrolment.domain.seats.cancellation import cancel
from services.enrolment.domain.seats.enrolment import EnrolmentState, PastEnrolment
from services.enrolment.domain.seats.entitlement import opens_again
from services.enrolment.domain.seats.next_purchase import between
from services.enrolment.domain.seats.training_class import FINAL_TEST
from tests.services.enrolment.domain.builders import (
    DAY,
    EVENING,
    NOW,
    RULES,
    card,
    enrolment,
    evidence,
    held_class,
    past,
    training_class,
)
from vocabulary.rule_set import row_of

IN_TRAINING = card(state=CardState.IN_TRAINING, deadline=None)
MOMENT = timedelta.resolution
BOUGHT = enrolment().enrolled_at
OLD_OF_HOLDER, OLD_OF_OTHERS = NOW + 11 * DAY, NOW + 13 * DAY + EVENING


def midnight(days: int) -> datetime:
    """Return when the day ends, in Jakarta, that is so many days after `NOW`."""
    return NOW + days * DAY + EVENING


def other(state: EnrolmentState, bought: datetime, opens: datetime | None = None) -> PastEnrolment:
    """Make another training of the card."""
    return past("class-2", state, enrolled_at=bought, open_again_at=opens)


def cancelled(others: Sequence[PastEnrolment], *, role: str, **changes: Any) -> Card:
    """Return the card of a training that is cancelled, and that was bought when no other one ran."""
    own = past("class-1", EnrolmentState.CONFIRMED, live_slot=1, enrolled_at=BOUGHT)
    return cancel(
        enrolment(**changes),
        card=IN_TRAINING,
        training_class=training_class(held=4),
        evidence=[],
        past=[own, *others],
        role=role,
        movement_id="refund-1",
        now=NOW,
        rules=RULES,
    ).card


def completed(others: Sequence[PastEnrolment], held: Card, *, now: datetime = NOW) -> Result:
    """Let the training of a card be completed."""
    return give_result(
        enrolment(state=EnrolmentState.ACTIVE),
        [evidence(), evidence(FINAL_TEST)],
        card=held,
        training_class=held_class(),
        past=others,
        movement_id="movement-2",
        judging=Judging(by_operator=True, now=now, rules=RULES),
    )


@pytest.mark.parametrize(
    ("waits", "runs_out"),
    [
        ([], 15),
        ([None], 15),
        ([NOW - 9 * DAY], 15),
        ([NOW], 15),  # over at this instant
        ([NOW + MOMENT], 15),
        ([midnight(0)], 15),  # over when this day is
        ([midnight(0) + MOMENT], 16),
        ([midnight(7)], 22),
        ([midnight(7), None, midnight(3)], 22),
    ],
)
def test_next_purchase_row_the_clock_begins_when_nothing_runs_and_nothing_is_waited_for(
    waits: list[datetime | None], runs_out: int
) -> None:
    assert (row_of("next_purchase_days"), RULES.next_purchase_days) == ("next purchase", 15)
    after = between(IN_TRAINING, waits=waits, now=NOW, rules=RULES)
    assert (after.state, after.deadline) == (CardState.BETWEEN, midnight(runs_out))


@pytest.mark.parametrize(
    ("others", "runs_out"),
    [
        ([], None),
        ([other(EnrolmentState.COMPLETED, BOUGHT - 20 * DAY)], None),
        ([other(EnrolmentState.NO_SHOW, BOUGHT - MOMENT, BOUGHT)], None),
        ([other(EnrolmentState.COMPLETED, BOUGHT)], 15),  # bought in one batch
        ([other(EnrolmentState.COMPLETED, BOUGHT + DAY)], 15),
        ([other(EnrolmentState.VOIDED, BOUGHT + DAY)], 15),
        ([other(EnrolmentState.INCOMPLETE, BOUGHT + DAY)], 15),
        ([other(EnrolmentState.NO_SHOW, BOUGHT + DAY, midnight(7))], 22),
        ([other(EnrolmentState.NO_SHOW, BOUGHT + DAY, NOW - DAY)], 15),
    ],
)
@pytest.mark.parametrize("role", ["holder", "provider"])
def test_a_clock_that_ran_at_the_purchase_goes_on_unless_another_training_ended_since(
    others: list[PastEnrolment], runs_out: int | None, role: str
) -> None:
    after = cancelled(others, role=role)
    old = OLD_OF_HOLDER if role == "holder" else OLD_OF_OTHERS
    expected = (CardState.AWARDED, old)
    if runs_out is not None:
        expected = (CardState.BETWEEN, midnight(runs_out))
    assert (after.state, after.deadline) == expected


def test_what_was_bought_beside_another_training_had_no_clock() -> None:
    changes = {"card_state_before": CardState.IN_TRAINING, "card_deadline_before": None}
    waited = other(EnrolmentState.NO_SHOW, BOUGHT - DAY, midnight(7))
    assert cancelled([], role="holder", **changes).deadline == midnight(15)
    assert cancelled([waited], role="provider", **changes).deadline == midnight(22)


def test_while_another_training_runs_no_clock_does() -> None:
    running = replace(other(EnrolmentState.ACTIVE, BOUGHT + DAY), live_slot=2)
    after = cancelled([running], role="provider")
    assert (after.state, after.deadline) == (CardState.IN_TRAINING, None)
    judged = completed([running], IN_TRAINING)
    assert (judged.card.state, judged.card.deadline) == (CardState.IN_TRAINING, None)
    assert judged.enrolment.holder_due_at is None


def test_a_completed_training_does_not_begin_the_clock_while_another_one_is_waited_for() -> None:
    judged = completed([other(EnrolmentState.NO_SHOW, BOUGHT, midnight(7))], IN_TRAINING)
    assert judged.card.deadline == midnight(22)
    assert judged.enrolment.holder_due_at == midnight(22)
    assert judged.enrolment.open_again_at is None


@pytest.mark.parametrize(("lifted", "runs_out"), [(10, 25), (20, 35)])
def test_a_waiting_time_that_ended_while_barred_takes_no_day_of_a_clock_that_begins_later(
    lifted: int, runs_out: int
) -> None:
    others = [other(EnrolmentState.NO_SHOW, BOUGHT, midnight(5))]
    held = bar(IN_TRAINING, now=NOW + DAY)
    judged = completed(others, held, now=NOW + 10 * DAY)
    after = lift(judged.card, now=NOW + lifted * DAY, opens=opens_again(others))
    assert after.deadline == midnight(runs_out)
