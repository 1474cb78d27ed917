"""Several who take a draw further at once, or change what it stands on meanwhile; with unguarded twins."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from services.enrolment.domain.draw.draw import Draw
from services.enrolment.storage.draws import DrawStore
from tests.services.enrolment.draw_races import (
    TOGETHER,
    InterruptedWaves,
    at_once,
    done_or_waiting,
    house_with,
    seal_of,
    without_locks,
)
from tests.services.enrolment.draws import (
    apply_many,
    close_window,
    enter,
    go_on,
    open_draw,
    results,
    shown,
    work_of,
)
from tests.services.enrolment.house import House, document
from vocabulary.refusals.admission import WaveClosed

on_postgresql = pytest.mark.parametrize("dialect", ["postgresql"])
"""On SQLite one transaction at a time writes, from its beginning."""


def listed(house: House) -> str:
    """Publish the list of a draw nobody applied to."""
    wave_id = open_draw(house)
    close_window(house, wave_id)
    go_on(house)
    return wave_id


def settled(house: House, people: int) -> str:
    """Let people apply to a draw, and enter its outside value."""
    wave_id = open_draw(house)
    apply_many(house, wave_id, islice(house.supply, people))
    close_window(house, wave_id)
    go_on(house)
    document(enter(house, wave_id))
    return wave_id


def revealed(house: House, people: int) -> str:
    """Take a draw to where people are admitted."""
    wave_id = settled(house, people)
    while shown(house, wave_id)["state"] != "revealed":
        work_of(house).go_on()
    return wave_id


def test_two_outside_values_at_once_are_one(house: House) -> None:
    wave_id = listed(house)
    answers = at_once(lambda number: enter(house, wave_id, value=f"value {number}"))
    assert sorted(answer.status_code for answer in answers) == [200, *[409] * (TOGETHER - 1)]
    assert house.differences() == []


@on_postgresql
def test_if_draws_were_not_locked_there_would_be_a_second_try_at_the_outside_value(
    house: House,
) -> None:
    wave_id = listed(house)
    careless = without_locks(house, meeting=TOGETHER)
    answers = at_once(lambda number: enter(careless, wave_id, value=f"value {number}"))
    assert [answer.status_code for answer in answers] == [200] * TOGETHER


def test_each_step_is_taken_once_however_many_workers_come(house: House) -> None:
    wave_id = settled(house, 6)
    work = work_of(house)
    while shown(house, wave_id)["state"] != "done":
        at_once(lambda _: work.go_on(), times=2)
    rows = results(house, wave_id)
    assert Counter(row["state"] for row in rows) == {"drawn": 6}
    kinds = Counter(entry["kind"] for entry in house.entries())
    steps = ("draw-listed", "draw-settled", "draw-ordered", "draw-revealed", "draw-done")
    assert [kinds[kind] for kind in steps] == [1] * 5
    assert (kinds["application-judged"], kinds["card-awarded"]) == (6, 6)
    assert house.differences() == []


@on_postgresql
def test_if_draws_were_not_locked_a_step_would_be_told_twice(house: House) -> None:
    wave_id = open_draw(house)
    close_window(house, wave_id)
    assert work_of(house).go_on() == 1
    careless = work_of(without_locks(house, meeting=2))
    assert at_once(lambda _: careless.go_on(), times=2) == [1, 1]
    kinds = Counter(entry["kind"] for entry in house.entries())
    assert kinds["draw-listed"] == 2


class OvertakenDraws(DrawStore):
    """Draws of which each, when it is to be locked, has just been taken further; `stale`: and is as it was before."""

    def __init__(self, house: House, *, stale: bool) -> None:
        super().__init__(house.service.database, seal=seal_of(house))
        self._other, self._stale = work_of(house), stale

    def lock_if_free(self, connection: sa.Connection, wave_id: str) -> Draw | None:
        before = self.read(connection, wave_id)
        assert self._other.go_on() > 0
        now = super().lock_if_free(connection, wave_id)
        return before if self._stale else now


def judge_overtaken(house: House, monkeypatch: pytest.MonkeyPatch, *, stale: bool) -> int:
    """Let a worker be overtaken by another between reading who comes next and judging them."""
    for where in ("domain.draw.order_chunk", "use_cases.draw.read_next"):
        monkeypatch.setattr(f"services.enrolment.{where}.JUDGED_AT_ONCE", 2)
    revealed(house, 6)
    return work_of(house_with(house, draws=OvertakenDraws(house, stale=stale))).go_on()


@on_postgresql
def test_a_worker_that_was_overtaken_judges_nobody_a_second_time(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert judge_overtaken(house, monkeypatch, stale=False) == 0
    kinds = Counter(entry["kind"] for entry in house.entries())
    assert (kinds["application-judged"], kinds["card-awarded"]) == (2, 2)
    assert house.differences() == []


@on_postgresql
def test_if_it_did_not_look_how_far_the_draw_is_it_would_find_nobody_left_to_be_judged(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(LookupError, match="2 applications of the order are not there"):
        judge_overtaken(house, monkeypatch, stale=True)
    assert house.differences() == []


def judge_while_admissions_are_paused(house: House) -> str:
    """Let admissions be paused between the looking of a draw of one and its judging; return the wave."""
    wave_id = revealed(house, 1)
    body = {"what": "admissions", "region": "32.73", "message": "Diperiksa"}
    pausing = InterruptedWaves(
        house, lambda: document(house.post("/pauses", body, "operator"), 201)
    )
    work_of(house_with(house, waves=pausing)).go_on()
    return wave_id


@on_postgresql
def test_a_pause_that_begins_while_people_are_judged_takes_nobody_s_turn(house: House) -> None:
    wave_id = judge_while_admissions_are_paused(house)
    assert results(house, wave_id)[0]["state"] == "applied"
    assert house.differences() == []
    [pause] = document(house.get("/pauses"))["items"]
    document(house.post(f"/pauses/{pause['id']}/end", {"reason": "Selesai"}, "operator"))
    go_on(house)
    assert results(house, wave_id)[0]["state"] == "drawn"
    assert house.differences() == []


@on_postgresql
def test_if_nobody_looked_whom_a_pause_refused_somebody_would_lose_the_turn(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_for = "services.enrolment.use_cases.draw.admit_drawn.AdmissionsPaused"
    monkeypatch.setattr(looked_for, WaveClosed)
    wave_id = judge_while_admissions_are_paused(house)
    assert results(house, wave_id)[0]["state"] == "refused"


def change_quotas_while_a_value_is_entered(house: House, changing: House) -> list[str]:
    """Let the outside value be entered once an operator who changes quotas has seen that there is none.

    Return the kinds of the last two entries.
    """
    wave_id = listed(house)
    entering: list[Future[TestResponse]] = []
    with ThreadPoolExecutor(1) as pool:

        def begin_to_enter() -> None:
            entering.append(pool.submit(enter, house, wave_id))
            done_or_waiting(house, entering[0])

        body = {"quotas": [{"places": 1}], "reason": "Keputusan kuota"}
        interrupted = house_with(changing, waves=InterruptedWaves(house, begin_to_enter))
        document(interrupted.post(f"/waves/{wave_id}/quotas", body, "operator"))
        document(entering[0].result(30))
    return [entry["kind"] for entry in house.entries()[-2:]]


@on_postgresql
def test_quotas_are_changed_before_the_outside_value_is_entered_or_not_at_all(house: House) -> None:
    assert change_quotas_while_a_value_is_entered(house, house) == ["quotas-set", "draw-settled"]


@on_postgresql
def test_if_draws_were_not_held_places_could_be_given_once_the_order_is_certain(
    house: House,
) -> None:
    kinds = change_quotas_while_a_value_is_entered(house, without_locks(house))
    assert kinds == ["draw-settled", "quotas-set"]
