"""While a draw admits, nobody changes for whom there is a place: not by an undo, and not by an exclusion list."""

from __future__ import annotations

import pytest

from tests.chassis.problem_documents import code, problem
from tests.services.enrolment.api.test_undoing import preview, undo
from tests.services.enrolment.draws import go_on, results, revealed, shown, work_of
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
