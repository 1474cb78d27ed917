"""The outside value of a draw: entered once, when nobody knew it before the list was published."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chassis.clock import read_instant, utc_now, write_instant
from tests.chassis.problem_documents import code, pointers, problem
from tests.services.enrolment.draws import (
    VALUE,
    close_window,
    enter,
    go_on,
    open_draw,
    shown,
)
from tests.services.enrolment.house import House, document


@pytest.fixture(scope="module")
def waits(shared_house: House) -> str:
    """A draw that waits for its outside value; whatever is tried here is refused."""
    wave_id = open_draw(shared_house)
    close_window(shared_house, wave_id)
    go_on(shared_house)
    return wave_id


def test_no_outside_value_is_taken_before_the_list_is_published(house: House) -> None:
    wave_id = open_draw(house)
    answer = enter(house, wave_id)
    assert code(answer) == (409, "draw-too-early")
    told = problem(answer)
    assert (told["state"], told["needs"]) == ("announced", "listed")
    close_window(house, wave_id)
    assert code(enter(house, wave_id)) == (409, "draw-too-early")
    assert shown(house, wave_id)["outside_value"] is None


def test_the_outside_value_stands_once_and_for_all(house: House) -> None:
    wave_id = open_draw(house)
    close_window(house, wave_id)
    go_on(house)
    document(enter(house, wave_id))
    before = house.tables()
    assert code(enter(house, wave_id, value="other")) == (409, "outside-value-fixed")
    assert code(enter(house, wave_id)) == (409, "outside-value-fixed")
    assert house.tables() == before
    go_on(house)
    assert code(enter(house, wave_id, value="other")) == (409, "outside-value-fixed")
    assert shown(house, wave_id)["outside_value"]["value"] == VALUE


def test_an_outside_value_that_was_known_too_early_or_is_not_known_yet_is_refused(
    house: House,
) -> None:
    wave_id = open_draw(house)
    close_window(house, wave_id)
    go_on(house)
    at = read_instant(shown(house, wave_id)["list"]["published_at"])
    for early in (at, at - timedelta(days=1)):
        answer = enter(house, wave_id, published_at=write_instant(early))
        assert code(answer) == (409, "outside-value-too-old")
    answer = enter(house, wave_id, published_at=write_instant(utc_now() + timedelta(minutes=5)))
    assert (code(answer), pointers(answer)) == ((422, "validation-failed"), ["/published_at"])


@pytest.mark.parametrize("value", ["", " 7", "7\n", "７", "é", "x" * 201, 7, None])
def test_an_outside_value_that_could_be_written_in_two_ways_is_refused(
    shared_house: House, waits: str, value: Any
) -> None:
    answer = enter(shared_house, waits, value=value)
    assert (code(answer), pointers(answer)) == ((422, "validation-failed"), ["/value"])
    assert shown(shared_house, waits)["outside_value"] is None
