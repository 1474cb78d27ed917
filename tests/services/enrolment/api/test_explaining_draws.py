"""What is told to somebody who asks for a card in a wave that draws, in each of the states of the draw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chassis.clock import utc_now
from tests.chassis.problem_documents import code, pointers
from tests.services.enrolment.draws import (
    HOUR,
    applied,
    close_window,
    drawn,
    enter,
    go_on,
    looked_up,
    move_window,
    open_draw,
    shown,
    work_of,
)
from tests.services.enrolment.explaining import (
    PERSON,
    check,
    explain,
    of_candidate,
    refusals,
)
from tests.services.enrolment.house import DAY, House, document

PAUSE = {"what": "admissions", "region": "94.04", "message": "Diperiksa"}


def test_while_applications_are_open_the_rules_for_a_candidate_are_all_that_refuses(
    house: House,
) -> None:
    told = of_candidate(house, wave_id=open_draw(house))
    assert told["refused_by"] is None
    assert [each["rule"] for each in told["checks"]] == [
        "applications-open",
        "turn-to-come",
        "birth-date",
        "admissions-open",
        "age",
        "exclusion",
        "once-in-a-lifetime",
        "family-card",
        "quota",
    ]
    assert check(told, "applications-open")["compared"]["has_applied"] is False
    assert check(told, "turn-to-come")["compared"] == {
        "state": "announced",
        "paused_anywhere": False,
    }


def not_open_yet(house: House, wave_id: str) -> None:
    move_window(house, wave_id, opens_in=HOUR, closes_in=2 * HOUR)


def over(house: House, wave_id: str) -> None:
    close_window(house, wave_id)


def closed_and_a_clock_set_back(house: House, wave_id: str) -> None:
    close_window(house, wave_id)
    go_on(house)
    move_window(house, wave_id, opens_in=-HOUR, closes_in=HOUR)


@pytest.mark.parametrize("come_to", [not_open_yet, over, closed_and_a_clock_set_back])
def test_where_no_application_is_taken_who_has_not_applied_is_told_so(
    house: House, come_to: Callable[[House, str], None]
) -> None:
    wave_id = open_draw(house)
    come_to(house, wave_id)
    told = of_candidate(house, wave_id=wave_id)
    assert (told["refused_by"], refusals(told)) == ("wave-closed", ["wave-closed"])
    assert "Applications are made" in check(told, "applications-open")["detail"]


def test_who_has_applied_waits_for_the_turn_until_the_draw_is_done(house: House) -> None:
    wave_id = open_draw(house)
    applied(house, wave_id, next(house.supply))
    seen = []

    def ask() -> Any:
        told = of_candidate(house, wave_id=wave_id, has_applied=True)
        seen.append((check(told, "turn-to-come")["compared"]["state"], told["refused_by"]))
        return told

    ask()
    close_window(house, wave_id)
    go_on(house)
    ask()
    document(enter(house, wave_id))
    ask()
    while shown(house, wave_id)["state"] != "done":
        work_of(house).go_on()
        told = ask()
    waiting = ["announced", "listed", "settled", "ordered", "revealed"]
    assert seen == [*((state, None) for state in waiting), ("done", "wave-closed")]
    assert "every application is judged" in check(told, "turn-to-come")["detail"]


def test_who_has_applied_is_told_the_rule_by_which_the_draw_then_refuses(house: House) -> None:
    wave_id = open_draw(house)
    child = replace(next(house.supply), birth_date="2015-01-01")
    application_id = applied(house, wave_id, child)
    close_window(house, wave_id)
    told = of_candidate(house, wave_id=wave_id, has_applied=True, birth_date=child.birth_date)
    drawn(house, wave_id)
    assert told["refused_by"] == looked_up(house, application_id)["code"] == "age-outside-rules"


@pytest.mark.parametrize("region", ["94.04", "32"])
def test_a_pause_makes_a_draw_wait_and_refuses_nobody_of_it(house: House, region: str) -> None:
    wave_id = open_draw(house)
    document(house.post("/pauses", {**PAUSE, "region": region}, "operator"), 201)
    told = of_candidate(house, wave_id=wave_id)
    assert told["refused_by"] is None
    assert check(told, "turn-to-come")["compared"]["paused_anywhere"] is True
    assert check(told, "admissions-open")["compared"] == {"paused": region == "32"}


def test_of_another_day_it_is_told_how_far_the_draw_was_then(house: House) -> None:
    wave_id = open_draw(house)
    drawn(house, wave_id)
    move_window(house, wave_id, opens_in=-9 * DAY, closes_in=-timedelta(seconds=1))
    today = utc_now().astimezone(ZoneInfo("Asia/Jakarta")).date()
    told = of_candidate(house, wave_id=wave_id, date=(today - DAY).isoformat())
    assert told["refused_by"] is None
    assert check(told, "turn-to-come")["compared"]["state"] == "announced"
    assert of_candidate(house, wave_id=wave_id)["refused_by"] == "wave-closed"


def test_only_in_a_wave_that_draws_has_anybody_applied(house: House) -> None:
    for where in ({}, {"wave_id": house.open_wave()}):
        answer = explain(house, {"candidate": {**PERSON, **where, "has_applied": True}})
        assert code(answer) == (422, "validation-failed")
        assert pointers(answer) == ["/candidate/has_applied"]


def test_a_wave_of_the_first_is_judged_by_its_window_alone(house: House) -> None:
    told = of_candidate(house, wave_id=house.open_wave())
    assert told["checks"][0]["rule"] == "wave-open"
    assert "turn-to-come" not in [each["rule"] for each in told["checks"]]
