"""Clocks that stood still while nobody enrolled: each day is given once, whatever else stopped the clock.

Rows are days from `NOW`. A pause lasts from day 2 to day 7; the clock runs out on day 10.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from services.enrolment.domain.exclusion.bar import lift
from services.enrolment.domain.programme.card import Card, CardState
from services.enrolment.domain.programme.domicile import move
from services.enrolment.domain.programme.pause import Pause, Paused, clock_stopped_at
from services.enrolment.domain.programme.standstill import Standstill, gone_on, with_days_back
from tests.services.enrolment.domain.builders import DAY, EVENING, NOW, card

PAUSE = Standstill(NOW + 2 * DAY, NOW + 7 * DAY)


def midnight(days: float) -> datetime:
    """Return when the day ends, in Jakarta, that is so many days after `NOW`."""
    return NOW + days * DAY + EVENING


def held(runs_out: float = 10, **changes: Any) -> Card:
    return card(**{"state": CardState.BETWEEN, "deadline": midnight(runs_out), **changes})


@pytest.mark.parametrize(
    ("barred", "other_pause", "begins", "runs_out"),
    [
        (None, None, 0, 15),
        (None, None, 2, 15),
        (None, None, 4, 13),
        (None, None, 7, 10),
        (None, None, 9, 10),
        (1, None, 0, 10),
        (2, None, 0, 10),
        (4, None, 0, 12),
        (7, None, 0, 15),
        (None, 1, 0, 10),
        (None, 5, 0, 13),
        (6, 5, 0, 13),
        (4, 5, 3, 11),
    ],
)
def test_the_end_of_a_pause_gives_the_days_that_nothing_else_gives(
    barred: int | None, other_pause: int | None, begins: int, runs_out: int
) -> None:
    stands: dict[str, Any] = {
        name: None if day is None else NOW + day * DAY
        for name, day in (("barred_at", barred), ("paused_at", other_pause))
    }
    before = held(**stands)
    after = with_days_back(before, PAUSE, begins=NOW + begins * DAY)
    assert after == replace(before, deadline=midnight(runs_out))


def test_a_clock_that_had_run_out_before_and_none_at_all_get_nothing() -> None:
    for deadline in (midnight(1), PAUSE.since, None):
        without = replace(held(), deadline=deadline)
        assert with_days_back(without, PAUSE, begins=NOW) == without
    on_the_day = replace(held(), deadline=midnight(2))
    assert with_days_back(on_the_day, PAUSE, begins=NOW).deadline == midnight(7)


@pytest.mark.parametrize(
    ("barred", "lifted", "opens", "while_paused", "runs_out"),
    [
        (1, 4, None, True, 11),  # as of the pause; its end gives the rest
        (4, 6, None, True, 10),
        (4, 6, None, False, 12),
        (4, 6, 5, False, 11),
        (1, 4, 3, True, 10),
    ],
)
def test_a_bar_that_is_lifted_in_a_pause_gives_the_days_until_that_began(
    barred: int, lifted: int, opens: int | None, while_paused: bool, runs_out: int
) -> None:
    stopped = PAUSE.since if while_paused else None
    before = held(barred_at=NOW + barred * DAY, paused_at=stopped)
    waits = None if opens is None else NOW + opens * DAY
    after = lift(before, now=NOW + lifted * DAY, opens=waits)
    assert after == replace(before, barred_at=None, deadline=midnight(runs_out))


def test_a_card_in_a_pause_is_expired_only_where_it_was_when_that_began() -> None:
    late = NOW + 30 * DAY
    assert held(10, paused_at=PAUSE.since).state_at(late) is CardState.BETWEEN
    assert held(1, paused_at=PAUSE.since).state_at(late) is CardState.EXPIRED
    assert held(10).state_at(late) is CardState.EXPIRED
    assert held(10, paused_at=PAUSE.since).runs_out_at is None


def test_a_clock_that_went_on_unseen_stood_still_in_pauses_and_bars_once() -> None:
    past = [PAUSE, Standstill(NOW + 6 * DAY, NOW + 9 * DAY), Standstill(NOW - 9 * DAY, NOW)]
    assert gone_on(midnight(10), past, since=NOW, card=held()) == midnight(17)


def test_who_moves_keeps_the_days_that_were_left() -> None:
    now = NOW + 5 * DAY
    out = move(held(paused_at=PAUSE.since), to="31.71", now=now)
    assert (out.paused_at, out.deadline) == (None, midnight(13))
    into = move(held(), to="31.71", paused_at=PAUSE.since, now=now)
    assert (into.paused_at, into.deadline) == (PAUSE.since, midnight(7))
    assert move(held(), to="31.71", now=now).deadline == midnight(10)


def test_the_earliest_pause_that_holds_there_stops_the_clock_of_who_has_no_days_yet() -> None:
    first = Pause("1", Paused.ENROLMENTS, "32", "", NOW, ended_at=NOW + DAY, given_to="b")
    later = Pause("2", Paused.ENROLMENTS, None, "", NOW + DAY)
    admissions = Pause("3", Paused.ADMISSIONS, None, "", NOW - DAY)
    pauses = [admissions, later, first]
    assert clock_stopped_at(pauses, "c", regency="32.73") == NOW
    assert clock_stopped_at(pauses, "b", regency="32.73") == NOW + DAY
    assert clock_stopped_at(pauses, "c", regency="17.71") == NOW + DAY
    assert clock_stopped_at([admissions], "c", regency="32.73") is None
