"""Announcing a draw: before anybody could apply, with the hash of its secret and the outside value it will take."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest

from chassis.clock import utc_now, write_instant
from chassis.identifiers import new_id
from tests.chassis.problem_documents import code, pointers
from tests.services.enrolment.draw_seals import secret_of
from tests.services.enrolment.draws import (
    SOURCE,
    announce,
    enter,
    open_draw,
)
from tests.services.enrolment.house import House, document

NOT_YET = {
    "list": None,
    "outside_value": None,
    "order": None,
    "secret": None,
    "revealed_at": None,
    "judged": 0,
    "drawn": 0,
    "refused": 0,
    "not_drawn": 0,
    "ended_at": None,
}


def kinds(house: House) -> list[str]:
    return [entry["kind"] for entry in house.entries()]


def test_a_draw_is_announced_with_the_hash_of_a_secret_before_its_window_opens(
    house: House,
) -> None:
    wave = document(announce(house), 201)
    draw = wave["draw"]
    assert wave["selection"] == "draw"
    assert draw == {
        **NOT_YET,
        "state": "announced",
        "outside_source": SOURCE,
        "outside_after": draw["outside_after"],
        "commitment": hashlib.sha256(secret_of(house, wave["id"])).hexdigest(),
        "announced_at": draw["announced_at"],
    }
    assert document(house.get(f"/waves/{wave['id']}")) == wave
    assert wave in document(house.get("/waves"))["items"]
    assert kinds(house) == ["wave-opened", "draw-announced"]
    assert house.entries()[-1]["body"] == {
        "wave_id": wave["id"],
        "commitment": draw["commitment"],
        "outside_source": SOURCE,
        "outside_after": draw["outside_after"],
    }
    assert draw["outside_after"] >= wave["closes_at"]


def test_every_draw_has_a_secret_of_its_own(house: House) -> None:
    assert len({secret_of(house, open_draw(house)) for _ in range(3)}) == 3


def test_nobody_announces_a_draw_once_people_could_have_applied(house: House) -> None:
    before = house.tables()
    for opens_at in (utc_now(), utc_now() - timedelta(days=1)):
        answer = announce(house, opens_at=write_instant(opens_at))
        assert code(answer) == (409, "draw-announced-too-late")
    assert house.tables() == before


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"outside_source": None}, ["/outside_source"]),
        ({"outside_after": None}, ["/outside_after"]),
        ({"selection": "first-come"}, ["/outside_after", "/outside_source"]),
        ({"selection": None}, ["/outside_after", "/outside_source"]),
        ({"outside_source": ""}, ["/outside_source"]),
        ({"outside_source": "NIK 3273010205900001"}, ["/outside_source"]),
        ({"outside_after": "2026-11-01T00:00:00Z"}, ["/outside_after"]),
    ],
)
def test_a_draw_and_nothing_else_says_which_outside_value_it_will_take(
    shared_house: House, changes: dict[str, Any], named: list[str]
) -> None:
    answer = announce(shared_house, **changes)
    assert (code(answer), sorted(pointers(answer))) == ((422, "validation-failed"), named)


def test_a_wave_of_the_first_has_no_draw(house: House) -> None:
    wave_id = house.open_wave()
    wave = document(house.get(f"/waves/{wave_id}"))
    assert (wave["selection"], wave["draw"]) == ("first-come", None)
    for path in ("applications", "results"):
        assert code(house.get(f"/waves/{wave_id}/draw/{path}")) == (409, "wave-first-come")
        assert code(house.get(f"/waves/{new_id()}/draw/{path}")) == (404, "not-found")
    assert code(enter(house, wave_id)) == (409, "wave-first-come")
    assert code(enter(house, new_id())) == (404, "not-found")
