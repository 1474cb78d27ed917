"""How a training ends by its evidence, and what follows. Rows are those of the programme's table of rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest

from chassis.problems import Problem
from services.enrolment.domain.learning.evidence import Evidence, MakeUp
from services.enrolment.domain.learning.result import Judging, Result, give_result
from services.enrolment.domain.programme.card import CardState
from services.enrolment.domain.seats.enrolment import EnrolmentState, PastEnrolment
from services.enrolment.domain.seats.training_class import FINAL_TEST, TrainingClass
from tests.services.enrolment.domain.builders import (
    DAY,
    HOUR,
    NOW,
    PRICE,
    RULES,
    card,
    enrolment,
    evidence,
    held_class,
    past,
)
from vocabulary.zones import ZONES

IN_TRAINING = card(state=CardState.IN_TRAINING, deadline=None)
TEST = evidence(FINAL_TEST)
COMPLETED, INCOMPLETE, NO_SHOW = (
    EnrolmentState.COMPLETED,
    EnrolmentState.INCOMPLETE,
    EnrolmentState.NO_SHOW,
)


def attended(*sequences: int) -> list[Evidence]:
    return [evidence(sequence) for sequence in sequences]


def result(
    told: Sequence[Evidence],
    of: TrainingClass | None = None,
    *,
    now: datetime = NOW,
    by_operator: bool = False,
    rules: dict[str, Any] | None = None,
    others: Sequence[PastEnrolment] = (),
    held_by: Any = IN_TRAINING,
    **changes: Any,
) -> Result:
    return give_result(
        enrolment(**{"state": EnrolmentState.ACTIVE, **changes}),
        told,
        card=held_by,
        training_class=of or held_class(),
        past=others,
        movement_id="movement-2",
        judging=Judging(by_operator, now, replace(RULES, **(rules or {}))),
    )


def refused(*arguments: Any, **options: Any) -> str:
    with pytest.raises(Problem) as refusal:
        result(*arguments, **options)
    return refusal.value.code


def outcome(told: Sequence[Evidence], meetings: int, **options: Any) -> EnrolmentState:
    return result(told, held_class(meetings), **options).enrolment.state


# --- row "certificate": attendance and the final test decide, a low score still completes ---


@pytest.mark.parametrize(
    ("came_to", "meetings", "ends"),
    [
        (1, 1, COMPLETED),
        (4, 5, COMPLETED),  # exactly 80 of 100
        (3, 4, INCOMPLETE),
        (8, 10, COMPLETED),
        (7, 10, INCOMPLETE),
        (5, 6, COMPLETED),
        (4, 6, INCOMPLETE),
        (160, 200, COMPLETED),
        (159, 200, INCOMPLETE),
    ],
)
def test_certificate_row_of_a_hundred_meetings_eighty_are_needed(
    came_to: int, meetings: int, ends: EnrolmentState
) -> None:
    assert outcome([*attended(*range(1, came_to + 1)), TEST], meetings) is ends


@pytest.mark.parametrize(("percent", "ends"), [(66, COMPLETED), (67, INCOMPLETE), (1, COMPLETED)])
def test_certificate_row_the_share_is_that_of_the_rules_and_never_rounded(
    percent: int, ends: EnrolmentState
) -> None:
    told = [*attended(1, 2), TEST]
    assert outcome(told, 3, rules={"attendance_percent": percent}) is ends


@pytest.mark.parametrize(("needed", "ends"), [(True, INCOMPLETE), (False, COMPLETED)])
def test_certificate_row_who_missed_the_final_test_completes_only_where_it_is_not_needed(
    needed: bool, ends: EnrolmentState
) -> None:
    rules = {"final_test_needed": needed}
    assert outcome(attended(1), 1, rules=rules) is ends
    missed = [*attended(1), evidence(FINAL_TEST, present=False)]
    assert outcome(missed, 1, rules=rules) is ends


@pytest.mark.parametrize("score", [0, 1, 100, None])
def test_certificate_row_a_low_score_still_completes(score: int | None) -> None:
    judged = result([*attended(1), replace(TEST, score=score)])
    assert (judged.enrolment.state, judged.attendance.score) == (COMPLETED, score)


@pytest.mark.parametrize("zone", ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"])
def test_certificate_row_the_provider_has_until_the_fourteenth_day_ends_where_the_class_is(
    zone: str,
) -> None:
    held = held_class(zone=zone)
    tzinfo = ZONES[zone].tzinfo
    day = held.ends_at.astimezone(tzinfo).date() + timedelta(days=14)
    last = datetime.combine(day, time(23, 59, 59, 999_999), tzinfo=tzinfo)
    told = [*attended(1), TEST]
    assert result(told, held, now=last).enrolment.state is COMPLETED
    late = last + timedelta.resolution
    assert refused(told, held, now=late) == "result-too-late"
    assert result(told, held, now=late, by_operator=True).enrolment.state is COMPLETED


# --- meeting 1 ---


def test_who_never_came_to_meeting_1_did_not_show_up_whatever_came_later() -> None:
    assert outcome([evidence(1, present=False)], 1) is NO_SHOW
    assert outcome([*attended(2, 3, 4, 5), TEST], 5) is NO_SHOW


def test_a_make_up_of_meeting_1_is_as_good_as_meeting_1() -> None:
    made_up = evidence(1, evidence_id="later", make_up=MakeUp(NOW - HOUR, NOW))
    told = [evidence(1, present=False), made_up, TEST]
    judged = result(told)
    assert judged.enrolment.state is COMPLETED
    [first] = judged.attendance.meetings
    assert (first.made_up, first.evidence) == (True, ("evidence-1", "later"))


def test_evidence_that_was_corrected_does_not_count_and_the_correction_does() -> None:
    correction = evidence(
        1, evidence_id="correction", present=False, corrects="evidence-1", reason="Salah orang"
    )
    again = evidence(1, evidence_id="again", corrects="correction", reason="Memang hadir")
    assert outcome([*attended(1), TEST, correction], 1) is NO_SHOW
    judged = result([*attended(1), TEST, correction, again])
    assert judged.enrolment.state is COMPLETED
    assert judged.attendance.counted == ["again", "evidence-999"]


def test_of_two_sources_that_differ_the_one_that_saw_the_person_is_believed() -> None:
    unseen = evidence(1, evidence_id="webinar", present=False)
    assert outcome([*attended(1), TEST, unseen], 1) is COMPLETED


def test_a_final_test_with_a_day_of_its_own_is_no_meeting() -> None:
    held = held_class(2, has_final_test=True)
    judged = result([*attended(1), TEST], held)
    assert (judged.enrolment.state, len(judged.attendance.meetings)) == (COMPLETED, 1)


# --- when there is no result ---


def test_there_is_no_result_before_the_last_meeting_has_ended() -> None:
    held = held_class()
    told = [*attended(1), TEST]
    assert refused(told, held, now=held.ends_at - timedelta.resolution) == "training-not-over"
    assert result(told, held, now=held.ends_at).enrolment.state is COMPLETED


def test_the_operator_cannot_give_one_earlier_either() -> None:
    held = held_class()
    early = held.ends_at - timedelta.resolution
    assert refused(attended(1), held, now=early, by_operator=True) == "training-not-over"


@pytest.mark.parametrize("by_operator", [True, False])
def test_nobody_gives_a_result_without_any_evidence(by_operator: bool) -> None:
    assert refused([], by_operator=by_operator) == "evidence-missing"


def test_who_came_without_showing_the_code_gets_no_result_but_by_the_operator() -> None:
    told, confirmed = [*attended(1), TEST], EnrolmentState.CONFIRMED
    assert refused(told, state=confirmed) == "not-redeemed"
    assert result(told, state=confirmed, by_operator=True).enrolment.state is COMPLETED
    assert result([evidence(1, present=False)], state=confirmed).enrolment.state is NO_SHOW


@pytest.mark.parametrize(
    "state", [COMPLETED, INCOMPLETE, NO_SHOW, EnrolmentState.VOIDED, EnrolmentState.CANCELLED]
)
def test_what_has_ended_gets_no_other_result(state: EnrolmentState) -> None:
    assert refused(attended(1), state=state) == "state-conflict"


def test_a_class_that_was_called_off_has_no_results() -> None:
    assert refused(attended(1), held_class(status="cancelled")) == "state-conflict"


# --- what follows ---


def test_a_completed_training_leaves_the_money_set_aside_and_the_seat_used() -> None:
    judged = result([*attended(1), TEST])
    assert (judged.movement, judged.returned) == (None, 0)
    assert judged.enrolment.live_slot is None
    assert judged.enrolment.provider_due_at is None
    assert judged.enrolment.holder_due_at == judged.card.deadline


def test_no_swap_row_what_was_not_completed_returns_to_the_state_and_never_to_provider_or_card() -> (
    None
):
    judged = result(attended(1))
    assert judged.movement is not None
    assert (judged.movement.source, judged.movement.target) == ("set_aside", "state")
    assert (judged.returned, judged.card.balance) == (PRICE, IN_TRAINING.balance)
    assert judged.enrolment.holder_due_at is None
    kept = result(attended(1), rules={"unfinished_returns_to_state": False})
    assert kept.movement is None


def test_a_class_that_was_free_of_charge_returns_nothing() -> None:
    assert result(attended(1), price=0).movement is None


@pytest.mark.parametrize("region", ["32.73", "73.71", "91.71"])
def test_next_purchase_row_the_card_has_fifteen_days_from_the_result_where_its_holder_lives(
    region: str,
) -> None:
    judged = result([*attended(1), TEST], held_by=replace(IN_TRAINING, region=region))
    local = {"32.73": "Asia/Jakarta", "73.71": "Asia/Makassar", "91.71": "Asia/Jayapura"}[region]
    deadline = judged.card.deadline
    assert deadline is not None
    assert judged.card.state is CardState.BETWEEN
    day = NOW.astimezone(ZONES[local].tzinfo).date() + timedelta(days=16)
    assert deadline.astimezone(ZONES[local].tzinfo) == datetime.combine(
        day, time(), tzinfo=ZONES[local].tzinfo
    )


def test_next_purchase_row_nobody_waits_under_the_rules_in_force() -> None:
    assert RULES.wait_after_unfinished_days == 0
    assert result(attended(1)).enrolment.open_again_at is None


def test_next_purchase_row_a_waiting_time_ends_with_a_day_and_the_clock_begins_after_it() -> None:
    judged = result(attended(1), rules={"wait_after_unfinished_days": 7})
    opens = judged.enrolment.open_again_at
    assert opens is not None
    assert opens.astimezone(ZONES["Asia/Jakarta"].tzinfo).time() == time()
    assert NOW + 7 * DAY < opens <= NOW + 8 * DAY
    assert judged.card.deadline == opens + 15 * DAY
    completed = result([*attended(1), TEST], rules={"wait_after_unfinished_days": 7})
    assert completed.enrolment.open_again_at is None


def test_a_card_with_another_running_training_stays_in_training() -> None:
    running = past("class-2", EnrolmentState.ACTIVE, live_slot=2)
    judged = result([*attended(1), TEST], others=[running])
    assert judged.card == IN_TRAINING
    assert judged.enrolment.holder_due_at is None
