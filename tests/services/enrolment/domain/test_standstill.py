"""Clocks that stood still while nobody enrolled: each day is given once, whatever else stopped the clock.

Rows are days from `NOW`. A pause lasted from day 2 to day 7; the clock ran out on day 10, as it is kept.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from services.enrolment.domain.exclusion.bar import bar, lift
from services.enrolment.domain.programme.card import Card, CardState
from services.enrolment.domain.programme.domicile import move
from services.enrolment.domain.programme.pause import Pause, Paused, clocks_stopped_at
from services.enrolment.domain.programme.standstill import (
    Standstill,
    gone_on,
    settled,
    standstills,
    told_anew,
)
from services.enrolment.domain.seats.next_purchase import between
from tests.services.enrolment.domain.builders import DAY, EVENING, NOW, RULES, card


def pause(begins: float, ends: float | None = None, region: str | None = None) -> Pause:
    """Make a pause of enrolments; None: it is in force."""
    ended_at = None if ends is None else NOW + ends * DAY
    began_at = NOW + begins * DAY
    return Pause(f"{begins}", Paused.ENROLMENTS, region, "", began_at, ended_at=ended_at)


PAST = pause(2, 7)
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
def test_a_past_pause_gives_the_days_that_nothing_else_gives(
    barred: int | None, other_pause: int | None, begins: int, runs_out: int
) -> None:
    since = None if barred is None else NOW + barred * DAY
    pauses = [PAST] if other_pause is None else [pause(other_pause), PAST]
    kept = held(barred_at=since, clock_from=NOW + begins * DAY)
    assert settled(kept, pauses).deadline == midnight(runs_out)


def test_days_that_lie_in_several_past_pauses_are_given_once_in_whatever_order() -> None:
    pauses = [pause(6, 9), PAST, pause(3, 4, "32"), pause(20, 30, "17")]
    for kept in (held(), held(clock_from=NOW)):
        assert settled(kept, pauses).deadline == midnight(17)
        assert settled(kept, pauses[::-1]).deadline == midnight(17)


def test_what_was_given_is_not_given_again_once_it_is_kept() -> None:
    once = settled(held(clock_from=NOW), [PAST])
    assert once.clock_from == PAST.ended_at
    assert settled(once, [PAST]) == once


def test_a_clock_that_had_run_out_before_and_none_at_all_get_nothing() -> None:
    for deadline in (midnight(1), PAST.began_at, None):
        without = replace(held(clock_from=NOW), deadline=deadline)
        assert settled(without, [PAST, pause(8, 20)]) == without
    on_the_day = replace(held(clock_from=NOW), deadline=midnight(2))
    assert settled(on_the_day, [PAST]).deadline == midnight(7)


def test_a_card_in_a_pause_stands_still_since_its_clock_began_at_the_earliest() -> None:
    assert settled(held(clock_from=NOW), [pause(2)]).paused_at == NOW + 2 * DAY
    assert settled(held(clock_from=NOW + 4 * DAY), [pause(2)]).paused_at == NOW + 4 * DAY
    assert settled(held(clock_from=NOW), [pause(2, None, "17")]).paused_at is None


def test_a_deadline_that_is_told_anew_in_a_pause_is_later_by_its_days_so_far_and_gets_the_rest() -> (
    None
):
    now = NOW + 12 * DAY
    first = settled(held(clock_from=NOW), [pause(2)])
    later = told_anew(first, now=now)
    assert (later.deadline, later.clock_from) == (midnight(20), now)
    assert settled(later, [pause(2)]) == later
    assert settled(later, [pause(2, 14)]).deadline == midnight(22)
    assert settled(first, [pause(2, 14)]).deadline == midnight(22)
    running = held(clock_from=NOW)
    assert told_anew(running, now=now).deadline == running.deadline
    barred = held(barred_at=NOW)
    assert told_anew(barred, now=now) == barred


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
    assert (after.barred_at, after.deadline) == (None, midnight(runs_out))


def test_no_day_is_given_again_that_lies_before_a_clock_was_set() -> None:
    lifted = lift(held(barred_at=NOW + 3 * DAY, clock_from=NOW), now=NOW + 8 * DAY)
    assert settled(lifted, [pause(4, 6)]) == lifted
    training = card(state=CardState.IN_TRAINING, deadline=None, clock_from=NOW)
    begun = between(training, waits=[], now=NOW + 9 * DAY, rules=RULES)
    assert settled(begun, [PAST]) == begun


def test_a_bar_that_begins_after_a_pause_or_in_it_leaves_its_days() -> None:
    kept = settled(held(clock_from=NOW), [pause(1, 3)])
    barred = bar(kept, now=NOW + 4 * DAY)
    assert settled(barred, [pause(1, 3), pause(5, 6)]).deadline == midnight(12)
    inside = bar(settled(held(clock_from=NOW), [pause(2)]), now=NOW + 4 * DAY)
    assert settled(replace(inside, paused_at=None), [PAST]).deadline == midnight(12)


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
    assert (out.paused_at, out.deadline, out.clock_from) == (None, midnight(13), now)
    into = move(held(), to="31.71", paused_at=PAUSE.since, now=now)
    assert (into.paused_at, into.deadline, into.clock_from) == (now, midnight(10), now)
    assert move(held(), to="31.71", now=now).deadline == midnight(10)
    barred = move(held(barred_at=NOW + 3 * DAY, paused_at=PAUSE.since), to="31.71", now=now)
    assert (barred.deadline, barred.clock_from) == (midnight(11), NOW + 3 * DAY)
    ahead = held(clock_from=NOW + 6 * DAY, paused_at=PAUSE.since)
    assert move(ahead, to="31.71", now=now).deadline == midnight(10)


def test_the_earliest_pause_that_holds_there_stops_clocks() -> None:
    admissions = Pause("3", Paused.ADMISSIONS, None, "", NOW - DAY)
    pauses = [admissions, pause(1), pause(0, None, "32"), pause(-5, -4)]
    assert clocks_stopped_at(pauses, regency="32.73") == NOW
    assert clocks_stopped_at(pauses, regency="17.71") == NOW + DAY
    assert clocks_stopped_at([admissions], regency="32.73") is None
    assert standstills(pauses, regency="32.73") == [Standstill(NOW - 5 * DAY, NOW - 4 * DAY)]
