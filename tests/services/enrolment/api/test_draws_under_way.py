"""What a draw does not suffer while it admits, and what goes on once it is done: undos, lists, quotas, pauses."""

from __future__ import annotations

import pytest

from tests.chassis.problem_documents import code, problem
from tests.services.enrolment.api.test_undoing import preview, undo
from tests.services.enrolment.draws import (
    applied,
    close_window,
    drawn,
    enter,
    go_on,
    open_draw,
    results,
    revealed,
    shown,
    work_of,
)
from tests.services.enrolment.exclusions import activate, imported, in_force, withdraw
from tests.services.enrolment.house import House, document

AT_ONCE = 2


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    for where in ("domain.draw.order_chunk", "use_cases.draw.read_next"):
        monkeypatch.setattr(f"services.enrolment.{where}.JUDGED_AT_ONCE", AT_ONCE)


def first_admission(house: House, wave_id: str) -> str:
    [one] = document(house.get(f"/admissions?wave_id={wave_id}", "operator"))["items"]
    return str(one["id"])


def test_cards_of_the_first_are_not_taken_back_for_those_who_come_next(house: House) -> None:
    wave_id = revealed(house, people=4, places=2)
    assert work_of(house).go_on() == AT_ONCE
    admission_id = first_admission(house, wave_id)
    before = house.tables()
    answer = undo(house, admission_id)
    assert (code(answer), problem(answer)["state"]) == ((409, "draw-under-way"), "revealed")
    assert house.tables() == before
    go_on(house)
    assert [row["state"] for row in results(house, wave_id)] == ["drawn"] * 2 + ["not-drawn"] * 2
    document(undo(house, admission_id, preview(house, admission_id)["preview"]))
    assert house.differences() == []


def test_no_exclusion_list_comes_or_goes_while_a_draw_admits(house: House) -> None:
    stands = in_force(house, [next(house.supply).nik])
    waits, unused = (imported(house, [next(house.supply).nik]) for _ in range(2))
    wave_id = revealed(house, people=3, places=3)
    for answer in (activate(house, waits), withdraw(house, stands)):
        assert (code(answer), problem(answer)["state"]) == ((409, "draw-under-way"), "revealed")
    document(withdraw(house, unused))
    go_on(house)
    assert shown(house, wave_id)["state"] == "done"
    document(activate(house, waits))
    document(withdraw(house, waits))
    assert house.differences() == []


def pause(house: House, region: str | None = None) -> str:
    body = {"what": "admissions", "message": "Diperiksa"}
    where = {} if region is None else {"region": region}
    return str(document(house.post("/pauses", {**body, **where}, "operator"), 201)["id"])


def test_once_the_order_is_certain_nobody_gives_places_to_those_who_come_next(
    house: House,
) -> None:
    wave_id = open_draw(house)
    applied(house, wave_id, next(house.supply))
    quotas = {"quotas": [{"places": 1}], "reason": "Keputusan kuota"}
    path = f"/waves/{wave_id}/quotas"
    close_window(house, wave_id)
    go_on(house)
    document(house.post(path, quotas, "operator"))
    document(enter(house, wave_id))
    answer = house.post(path, quotas, "operator")
    assert (code(answer), problem(answer)["state"]) == ((409, "draw-under-way"), "settled")
    go_on(house)
    document(house.post(path, quotas, "operator"))


def test_while_admissions_are_paused_anywhere_nobody_loses_the_turn(house: House) -> None:
    wave_id = open_draw(house)
    applied(house, wave_id, next(house.supply))
    pause_id = pause(house, "94.04")
    drawn(house, wave_id)
    assert shown(house, wave_id)["state"] == "revealed"
    document(house.post(f"/pauses/{pause_id}/end", {"reason": "Selesai"}, "operator"))
    go_on(house)
    assert shown(house, wave_id)["state"] == "done"


def test_cards_of_a_draw_are_undone_like_others(house: House) -> None:
    wave_id = open_draw(house)
    applied(house, wave_id, next(house.supply))
    drawn(house, wave_id)
    admission = document(house.get(f"/admissions?wave_id={wave_id}", "operator"))["items"][0]
    path = f"/admissions/{admission['id']}/undo"
    preview = document(house.get(path, "operator"))["preview"]
    document(house.post(path, {"reason": "Salah", "preview": preview}, "operator"))
    assert house.differences() == []
