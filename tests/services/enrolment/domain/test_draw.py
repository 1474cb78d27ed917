"""A draw goes step by step, each once, and a wave takes what its selection says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chassis.problems import Problem, ValidationFailed
from services.enrolment.domain.draw.application import (
    Application,
    ApplicationState,
    Verdict,
    verdict_of,
)
from services.enrolment.domain.draw.draw import (
    Draw,
    DrawState,
    OutsideValue,
    RootOf,
    Step,
)
from services.enrolment.domain.programme.wave import Selection, Wave
from vocabulary.refusals.admission import AgeOutsideRules, QuotaFull, WaveClosed
from vocabulary.refusals.draw import (
    ApplicationEnded,
    DrawAnnouncedTooLate,
    DrawTooEarly,
    DrawUnderWay,
    OutsideValueFixed,
    OutsideValueTooOld,
    WaveDraws,
    WaveFirstCome,
)

OPENS = datetime(2026, 11, 1, tzinfo=UTC)
CLOSES = datetime(2026, 11, 30, tzinfo=UTC)
TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
LISTED_AT = CLOSES + HOUR
WAVE = Wave("wave", "Gelombang 71", OPENS, CLOSES, Selection.DRAW)
FIRST_COME = replace(WAVE, selection=Selection.FIRST_COME)

ANNOUNCED = Draw("wave", "drand round 7", "c" * 64, announced_at=OPENS - HOUR)
CLOSED = replace(ANNOUNCED, closed_at=CLOSES)
LISTED = replace(CLOSED, listed=RootOf(3, "a" * 64, LISTED_AT))
SETTLED = replace(
    LISTED, outside=OutsideValue("7", "drand", LISTED_AT + HOUR, "operator", LISTED_AT + 2 * HOUR)
)
ORDERED = replace(SETTLED, ordered=RootOf(3, "b" * 64, LISTED_AT + 3 * HOUR))
REVEALED = replace(ORDERED, secret="5" * 64, revealed_at=LISTED_AT + 4 * HOUR)
DONE = REVEALED.after(
    [
        Verdict("x", 1, ApplicationState.DRAWN, card_ref="card"),
        Verdict("y", 2, ApplicationState.NOT_DRAWN, code="quota-full"),
        Verdict("z", 3, ApplicationState.REFUSED, code="nik-already-held"),
    ],
    now=LISTED_AT + 5 * HOUR,
)


def later(draw: Draw) -> Step | None:
    return draw.next_step(now=CLOSES + 9 * HOUR, closes_at=CLOSES)


def test_steps_come_one_after_the_other_and_wait_for_the_operator_in_between() -> None:
    steps = [later(draw) for draw in (ANNOUNCED, CLOSED, LISTED, SETTLED, ORDERED, REVEALED, DONE)]
    assert steps == [Step.CLOSE, Step.LIST, None, Step.ORDER, Step.REVEAL, Step.ADMIT, None]


def test_nothing_is_closed_before_the_window_is_over() -> None:
    assert ANNOUNCED.next_step(now=CLOSES - TICK, closes_at=CLOSES) is None
    assert ANNOUNCED.next_step(now=CLOSES, closes_at=CLOSES) is Step.CLOSE


def test_a_draw_says_how_far_it_is() -> None:
    states = [draw.state for draw in (ANNOUNCED, CLOSED, LISTED, SETTLED, ORDERED, REVEALED, DONE)]
    assert states == [DrawState.ANNOUNCED, *DrawState]


def test_those_who_are_judged_are_counted_and_the_last_one_ends_the_draw() -> None:
    some = REVEALED.after([Verdict("x", 1, ApplicationState.DRAWN)], now=LISTED_AT)
    assert (some.drawn, some.judged, some.ended_at) == (1, 1, None)
    assert (DONE.drawn, DONE.not_drawn, DONE.refused, DONE.judged) == (1, 1, 1, 3)
    assert DONE.ended_at is not None


@pytest.mark.parametrize("draw", [ANNOUNCED, CLOSED])
def test_no_outside_value_stands_before_the_list_does(draw: Draw) -> None:
    with pytest.raises(DrawTooEarly) as caught:
        draw.check_outside(published_at=LISTED_AT, now=LISTED_AT + HOUR)
    assert caught.value.facts == {"state": "announced", "needs": "listed"}


@pytest.mark.parametrize("draw", [SETTLED, ORDERED, REVEALED, DONE])
def test_no_second_outside_value_is_taken(draw: Draw) -> None:
    with pytest.raises(OutsideValueFixed):
        draw.check_outside(published_at=LISTED_AT + HOUR, now=LISTED_AT + 2 * HOUR)


def test_an_outside_value_is_younger_than_the_list_and_no_prophecy() -> None:
    now = LISTED_AT + HOUR
    LISTED.check_outside(published_at=LISTED_AT + TICK, now=now)
    LISTED.check_outside(published_at=now, now=now)
    with pytest.raises(OutsideValueTooOld):
        LISTED.check_outside(published_at=LISTED_AT, now=now)
    with pytest.raises(ValidationFailed):
        LISTED.check_outside(published_at=now + TICK, now=now)


@pytest.mark.parametrize("draw", [SETTLED, ORDERED, REVEALED])
def test_no_places_are_given_to_people_whose_turn_is_known(draw: Draw) -> None:
    with pytest.raises(DrawUnderWay):
        draw.check_not_under_way()
    for other in (ANNOUNCED, CLOSED, LISTED, DONE):
        other.check_not_under_way()


def test_what_is_not_published_yet_is_not_read() -> None:
    with pytest.raises(DrawTooEarly):
        SETTLED.check_reached(DrawState.ORDERED)
    ORDERED.check_reached(DrawState.ORDERED)
    DONE.check_reached(DrawState.LISTED)


def test_applications_are_for_waves_that_draw_and_candidates_for_the_others() -> None:
    WAVE.check_takes_applications(OPENS)
    FIRST_COME.check_takes_candidates()
    FIRST_COME.check_admission(OPENS, drawn=False)
    with pytest.raises(WaveFirstCome):
        FIRST_COME.check_takes_applications(OPENS)
    with pytest.raises(WaveDraws):
        WAVE.check_takes_candidates()
    with pytest.raises(WaveDraws):
        WAVE.check_admission(OPENS, drawn=False)


@pytest.mark.parametrize("now", [OPENS - TICK, CLOSES, CLOSES + TICK])
def test_outside_the_window_nobody_applies_and_only_the_draw_admits(now: datetime) -> None:
    with pytest.raises(WaveClosed):
        WAVE.check_takes_applications(now)
    with pytest.raises(WaveClosed):
        FIRST_COME.check_admission(now, drawn=False)
    WAVE.check_admission(now, drawn=True)


def test_a_draw_is_announced_before_anybody_can_apply() -> None:
    WAVE.check_announcement(OPENS - TICK)
    FIRST_COME.check_announcement(CLOSES)
    with pytest.raises(DrawAnnouncedTooLate):
        WAVE.check_announcement(OPENS)


@pytest.mark.parametrize("state", sorted(set(ApplicationState) - {ApplicationState.APPLIED}))
def test_what_has_ended_is_not_withdrawn(state: ApplicationState) -> None:
    application = Application("id", "wave", "17.71", state, OPENS)
    with pytest.raises(ApplicationEnded):
        application.check_withdrawal()


@pytest.mark.parametrize(
    ("outcome", "state", "quota_id"),
    [
        (AgeOutsideRules(), ApplicationState.REFUSED, None),
        (QuotaFull(facts={"quota_id": "q"}), ApplicationState.NOT_DRAWN, "q"),
    ],
)
def test_a_full_quota_is_another_thing_than_a_rule(
    outcome: Problem, state: ApplicationState, quota_id: str | None
) -> None:
    verdict = verdict_of("id", 4, outcome)
    assert (verdict.state, verdict.code, verdict.quota_id) == (state, outcome.code, quota_id)
