"""A barred card's clock stands still, also where it is set meanwhile: lifted, exactly as many days are left as were.

The table's rows are days from `NOW`: when the card was barred, when its training ended, when the bar was lifted, and on
which day the clock runs out then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.enrolment.domain.exclusion.bar import bar, lift
from services.enrolment.domain.learning.evidence import Evidence
from services.enrolment.domain.learning.result import Judging, Result, give_result
from services.enrolment.domain.programme.card import Card, CardState
from services.enrolment.domain.programme.domicile import move
from services.enrolment.domain.programme.standstill import Standstill
from services.enrolment.domain.seats.cancellation import cancel
from services.enrolment.domain.seats.enrolment import EnrolmentState
from services.enrolment.domain.seats.entitlement import card_usable
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
    training_class,
)

IN_TRAINING = card(state=CardState.IN_TRAINING, balance=BALANCE - PRICE, deadline=None)
MOMENT = timedelta.resolution


def midnight(days: float) -> datetime:
    """Return when the day ends, in Jakarta, that is so many days after `NOW`."""
    return NOW + days * DAY + EVENING


def judged(held: Card, told: Sequence[Evidence], *, now: datetime, **rules: Any) -> Result:
    """Let the training of a card end by evidence."""
    return give_result(
        enrolment(state=EnrolmentState.ACTIVE),
        told,
        card=held,
        training_class=held_class(),
        past=[],
        movement_id="movement-2",
        judging=Judging(by_operator=True, now=now, rules=replace(RULES, **rules)),
    )


def completed(held: Card, *, now: datetime) -> Card:
    """Return a card whose training was completed."""
    return judged(held, [evidence(), evidence(FINAL_TEST)], now=now).card


def cancelled(
    held: Card,
    *,
    now: datetime,
    role: str = "provider",
    past: Sequence[Standstill] = (),
    **changes: Any,
) -> Card:
    """Return a card whose class was cancelled; it was bought two days before `NOW`, with thirteen days left."""
    return cancel(
        enrolment(**changes),
        card=held,
        training_class=training_class(held=4, starts_at=now + DAY, ends_at=now + DAY + HOUR),
        evidence=[],
        role=role,
        past=[],
        movement_id="refund-1",
        now=now,
        rules=RULES,
        standstills=past,
    ).card


@pytest.mark.parametrize(
    ("barred", "ended", "lifted", "runs_out"),
    [
        (0, 0, 0, 15),  # all on one day
        (0, 0, 40, 55),  # barred, and the training ended on the day of it
        (0, 40, 40, 55),  # lifted on the day of the result: fifteen days from it, as anybody has
        (0, 10, 40, 55),
        (0, 39, 40, 55),
        (0, 400, 401, 416),
    ],
)
def test_a_result_while_barred_leaves_all_days_of_the_next_clock(
    barred: int, ended: int, lifted: int, runs_out: int
) -> None:
    held = bar(IN_TRAINING, now=NOW + barred * DAY)
    between = completed(held, now=NOW + ended * DAY)
    after = lift(between, now=NOW + lifted * DAY)
    assert (after.state, after.deadline) == (CardState.BETWEEN, midnight(runs_out))


@pytest.mark.parametrize(
    ("barred", "ended", "lifted", "runs_out"),
    [
        (0, 0, 0, 13),
        (0, 0, 40, 53),
        (0, 40, 40, 53),
        (0, 10, 40, 53),
        (0, 39, 40, 53),
        (30, 39, 40, 53),
    ],
)
def test_a_cancellation_by_others_while_barred_gives_back_what_was_left_at_the_purchase(
    barred: int, ended: int, lifted: int, runs_out: int
) -> None:
    held = bar(IN_TRAINING, now=NOW + barred * DAY)
    freed = cancelled(held, now=NOW + ended * DAY, card_deadline_before=midnight(11))
    after = lift(freed, now=NOW + lifted * DAY)
    assert (after.state, after.deadline) == (CardState.AWARDED, midnight(runs_out))


@pytest.mark.parametrize(
    ("barred", "lifted", "left"),
    [
        (0, 40, 11),  # eleven days were left when it was barred, and stood still from then on
        (11, 40, 0),  # barred on its last day: lifted, it has that one's evening
        (12, 40, -1),  # had run out before it was barred
    ],
)
def test_the_clock_of_a_holder_who_cancels_while_barred_went_on_until_the_bar(
    barred: int, lifted: int, left: int
) -> None:
    held = bar(IN_TRAINING, now=NOW + barred * DAY)
    freed = cancelled(
        held, now=NOW + (barred + 3) * DAY, role="holder", card_deadline_before=midnight(11)
    )
    after = lift(freed, now=NOW + lifted * DAY)
    assert after.deadline == midnight(lifted + left)
    ended = after.state_at(NOW + lifted * DAY) is CardState.EXPIRED
    assert ended == (left < 0)


@pytest.mark.parametrize(
    ("past", "runs_out"),
    [
        ([], 11),
        ([(1, 1)], 11),  # upheld and dismissed on one day
        ([(1, 4)], 14),
        ([(4, 6), (1, 2)], 14),
        ([(1, 4), (2, 5)], 15),  # two cases at once
        ([(1, 6), (2, 3)], 16),
        ([(1, 3), (3, 5)], 15),
        ([(-9, -7)], 11),  # before the class was bought
    ],
)
def test_the_clock_of_a_holder_who_cancels_stood_still_in_bars_that_were_lifted_meanwhile(
    past: list[tuple[int, int]], runs_out: int
) -> None:
    bars = [Standstill(NOW + since * DAY, NOW + until * DAY) for since, until in past]
    by_holder, by_others = (
        cancelled(
            IN_TRAINING,
            now=NOW + 7 * DAY,
            role=role,
            past=bars,
            card_deadline_before=midnight(11),
        ).deadline
        for role in ("holder", "provider")
    )
    assert by_holder == midnight(runs_out)
    assert by_others == midnight(7 + 13), "what was left at the purchase, and no more"


def test_a_bar_that_another_case_went_on_with_stands_still_once() -> None:
    held = bar(IN_TRAINING, now=NOW + DAY)
    for past in ([], [Standstill(NOW + DAY, NOW + 3 * DAY)], [Standstill(NOW, NOW + DAY)]):
        freed = cancelled(
            held, now=NOW + 5 * DAY, role="holder", past=past, card_deadline_before=midnight(11)
        )
        first = past[0].until == held.barred_at if past else False
        assert lift(freed, now=NOW + 9 * DAY).deadline == midnight(19 + first)


def test_the_last_of_overlapping_trainings_that_is_cancelled_leaves_a_whole_clock() -> None:
    held = bar(IN_TRAINING, now=NOW)
    freed = cancelled(held, now=NOW + 9 * DAY, card_state_before=CardState.IN_TRAINING)
    assert lift(freed, now=NOW + 40 * DAY).deadline == midnight(55)


@pytest.mark.parametrize("moment", [-MOMENT, timedelta(0)])
def test_days_are_counted_where_the_holder_lives_to_the_moment(moment: timedelta) -> None:
    """A bar lifted at midnight is lifted on the next day."""
    between = completed(bar(IN_TRAINING, now=NOW), now=NOW + DAY)
    after = lift(between, now=midnight(40) + moment)
    assert after.deadline == midnight(55 if moment else 56)


@pytest.mark.parametrize(
    ("before", "to", "more"),
    [("32.73", "91.71", 1), ("91.71", "32.73", 0), ("32.73", "31.71", 0), ("91.71", "91.03", 0)],
)
def test_who_moves_while_barred_has_no_day_fewer_and_at_most_one_more(
    before: str, to: str, more: int
) -> None:
    there = bar(replace(IN_TRAINING, region=to), now=NOW)
    always = lift(completed(there, now=NOW + DAY), now=NOW + 40 * DAY).deadline
    between = completed(bar(replace(IN_TRAINING, region=before), now=NOW), now=NOW + DAY)
    moved = lift(move(between, to=to, now=NOW + 2 * DAY), now=NOW + 40 * DAY).deadline
    assert always is not None
    assert moved == always + more * DAY


@pytest.mark.parametrize(
    ("barred", "ended", "lifted", "runs_out"),
    [
        (
            5,
            0,
            5,
            22,
        ),  # the waiting time, seven days of the training's end, is over on the eighth day
        (5, 0, 7, 22),  # lifted while it runs: nothing of the clock has run, and nothing is added
        (5, 0, 8, 22),  # lifted on the first day of the clock
        (5, 0, 9, 23),
        (
            8,
            0,
            40,
            54,
        ),  # barred on the first day of the clock: fifteen are left, with that of the lifting
        (9, 0, 40, 53),
        (0, 5, 6, 27),  # the training ended while the card was barred
        (0, 5, 13, 27),
        (0, 5, 14, 28),
    ],
)
def test_a_clock_behind_a_waiting_time_does_not_begin_before_it_is_over(
    barred: int, ended: int, lifted: int, runs_out: int
) -> None:
    held = bar(IN_TRAINING, now=NOW + barred * DAY) if barred <= ended else IN_TRAINING
    unfinished = judged(held, [evidence()], now=NOW + ended * DAY, wait_after_unfinished_days=7)
    held = bar(unfinished.card, now=NOW + barred * DAY)
    after = lift(held, now=NOW + lifted * DAY, opens=unfinished.enrolment.open_again_at)
    assert after.deadline == midnight(runs_out)


def test_a_barred_card_tells_no_deadline_and_its_review_is_not_late() -> None:
    held = bar(IN_TRAINING, now=NOW)
    done = judged(held, [evidence(), evidence(FINAL_TEST)], now=NOW + DAY)
    assert (done.card.runs_out_at, done.enrolment.holder_due_at) == (None, None)
    assert bar(card(), now=NOW).runs_out_at is None
    assert card_usable(bar(card(), now=NOW), RULES, NOW).compared["deadline"] is None
    after = lift(done.card, now=NOW + 2 * DAY)
    assert after.runs_out_at == after.deadline == midnight(17)
