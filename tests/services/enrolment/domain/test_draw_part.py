"""Who takes part in a draw, or still may, and whether the turn can still come: at every instant of a draw."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from services.enrolment.domain.draw.draw import Draw, DrawState
from services.enrolment.domain.draw.part import checks_of_part
from services.enrolment.domain.programme.check import Check, first_refusal
from services.enrolment.domain.programme.pause import Pause, Paused
from tests.services.enrolment.domain.test_draw import (
    ANNOUNCED,
    CLOSED,
    CLOSES,
    DONE,
    HOUR,
    LISTED_AT,
    OPENS,
    ORDERED,
    REVEALED,
    SETTLED,
    TICK,
    WAVE,
)
from vocabulary.refusals.admission import WaveClosed


def part(
    draw: Draw, at: datetime, *, has_applied: bool = False, pauses: tuple[Pause, ...] = ()
) -> tuple[Check, Check]:
    takes_part, turn_comes = checks_of_part(
        WAVE, draw, has_applied=has_applied, pauses=pauses, at=at
    )
    return takes_part, turn_comes


@pytest.mark.parametrize(
    ("draw", "at", "may_apply"),
    [
        (ANNOUNCED, OPENS - TICK, False),
        (ANNOUNCED, OPENS, True),
        (ANNOUNCED, CLOSES - TICK, True),
        (ANNOUNCED, CLOSES, False),
        (CLOSED, CLOSES, False),
        (DONE, CLOSES - TICK, True),
        (replace(CLOSED, closed_at=OPENS + HOUR), OPENS + HOUR - TICK, True),
        (replace(CLOSED, closed_at=OPENS + HOUR), OPENS + HOUR, False),
    ],
)
def test_applications_are_made_in_the_window_and_not_once_they_are_closed(
    draw: Draw, at: datetime, may_apply: bool
) -> None:
    takes_part, turn_comes = part(draw, at)
    assert takes_part.rule == "applications-open"
    assert (takes_part.refusal is None) is may_apply
    assert may_apply or isinstance(takes_part.refusal, WaveClosed)
    assert turn_comes.refusal is None


@pytest.mark.parametrize("draw", [ANNOUNCED, CLOSED, SETTLED, ORDERED, REVEALED])
def test_who_has_applied_waits_for_the_turn_however_long_ago_the_window_closed(draw: Draw) -> None:
    assert first_refusal(part(draw, LISTED_AT + 9 * HOUR, has_applied=True)) is None


@pytest.mark.parametrize("has_applied", [True, False])
def test_once_a_draw_is_done_no_turn_comes_for_anybody(has_applied: bool) -> None:
    _, before = part(DONE, LISTED_AT + 5 * HOUR - TICK, has_applied=has_applied)
    _, after = part(DONE, LISTED_AT + 5 * HOUR, has_applied=has_applied)
    assert (before.refusal, before.compared["state"]) == (None, "revealed")
    assert after.rule == "turn-to-come"
    assert isinstance(after.refusal, WaveClosed)
    assert "done" in after.refusal.detail


def test_a_draw_was_so_far_at_an_instant_as_it_was_published_then() -> None:
    instants = [OPENS, CLOSES, LISTED_AT, *(LISTED_AT + hours * HOUR for hours in (2, 3, 4, 5))]
    assert [DONE.state_at(instant) for instant in instants] == [DrawState.ANNOUNCED, *DrawState]
    assert DONE.state_at(LISTED_AT - TICK) is DrawState.ANNOUNCED


@pytest.mark.parametrize(("what", "told"), [(Paused.ADMISSIONS, True), (Paused.ENROLMENTS, False)])
def test_a_pause_of_admissions_anywhere_is_told_and_refuses_nobody(
    what: Paused, told: bool
) -> None:
    pause = Pause("pause", what, "94.04", "Diperiksa", began_at=OPENS)
    _, turn_comes = part(REVEALED, LISTED_AT + 9 * HOUR, has_applied=True, pauses=(pause,))
    assert (turn_comes.compared["paused_anywhere"], turn_comes.refusal) == (told, None)
