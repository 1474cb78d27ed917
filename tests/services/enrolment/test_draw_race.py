"""Applying at once, also at the instant at which a draw is closed, and workers at once; with unguarded twins."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from typing import TypeVar

import pytest
import sqlalchemy as sa

from chassis.sealing import Seal
from services.enrolment.domain.draw.draw import Draw
from services.enrolment.domain.draw.merkle_root import merkle_root
from services.enrolment.domain.programme.wave import Wave
from services.enrolment.service import EnrolmentService
from services.enrolment.storage.applications import ApplicationStore
from services.enrolment.storage.draws import DrawStore
from services.enrolment.storage.waves import WaveStore
from services.enrolment.use_cases.draw.close_applications import close_applications
from services.enrolment.use_cases.draw.publish_list import publish_list, root_of_list
from tests.chassis.problem_documents import code
from tests.services.enrolment.draws import (
    applied,
    apply,
    apply_many,
    close_window,
    enter,
    go_on,
    listed,
    open_draw,
    results,
    shown,
    work_of,
)
from tests.services.enrolment.house import House, document, settings_for, with_service
from vocabulary.refusals.admission import WaveClosed

TOGETHER = 4
Done = TypeVar("Done")


def at_once(work: Callable[[int], Done], *, times: int = TOGETHER) -> list[Done]:
    """Do the same so many times at once."""
    start = threading.Barrier(times)

    def begin(number: int) -> Done:
        start.wait(20)
        return work(number)

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(begin, range(times)))


def outcomes_of_one_person(house: House) -> Counter[str]:
    """Apply for one person, several times at once; count how that ended."""
    wave_id, person = open_draw(house), next(house.supply)

    def outcome(_: int) -> str:
        answer = apply(house, wave_id, person)
        return "made" if answer.status_code == 201 else str(code(answer)[1])

    return Counter(at_once(outcome))


def test_a_person_has_one_application_however_many_are_made_at_once(house: House) -> None:
    assert outcomes_of_one_person(house) == {"made": 1, "already-applied": TOGETHER - 1}
    assert house.differences() == []


def test_without_the_index_a_person_would_have_as_many_chances_as_are_asked_for(
    house: House,
) -> None:
    with house.as_owner() as connection:
        connection.execute(sa.text("drop index application_once_a_person"))
    assert outcomes_of_one_person(house) == {"made": TOGETHER}


class Meeting:
    """Two who meet where an application is kept and not yet committed."""

    def __init__(self) -> None:
        self.kept, self.closing = threading.Event(), threading.Event()


class SlowApplications(ApplicationStore):
    """Applications of which each, once it is kept, is committed only when the draw is about to be closed."""

    def __init__(self, house: House, meeting: Meeting) -> None:
        seal = Seal(settings_for(house.places.application).personal_data_key)
        super().__init__(house.service.database, seal=seal)
        self._meeting = meeting

    def save_made(self, connection: sa.Connection, application_id: str, *, position: int) -> None:
        super().save_made(connection, application_id, position=position)
        self._meeting.kept.set()
        self._meeting.closing.wait(20)


class UnlockedDraws(DrawStore):
    """Draws that are read where they should be held or locked; at a meeting, all have read before anybody goes on."""

    def __init__(self, house: House, meeting: threading.Barrier | None = None) -> None:
        seal = Seal(settings_for(house.places.application).personal_data_key)
        super().__init__(house.service.database, seal=seal)
        self._meeting = meeting

    def hold(self, connection: sa.Connection, wave_id: str) -> Draw | None:
        return self.read(connection, wave_id)

    def lock(self, connection: sa.Connection, wave_id: str) -> Draw | None:
        found = self.read(connection, wave_id)
        if self._meeting is not None:
            self._meeting.wait(20)
        return found


def without_locks(house: House, *, meeting: int | None = None) -> House:
    """Return the house with nobody holding or locking a draw."""
    draws = UnlockedDraws(house, None if meeting is None else threading.Barrier(meeting))
    service = house.service
    return with_service(house, replace(service, stores=replace(service.stores, draws=draws)))


def close_while_somebody_applies(house: House, service: EnrolmentService) -> tuple[str, str]:
    """Close and list a draw between the keeping of an application and its commit; return wave and application."""
    meeting = Meeting()
    slow = replace(service.stores, applications=SlowApplications(house, meeting))
    wave_id = open_draw(house)
    applying = with_service(house, replace(service, stores=slow))
    with ThreadPoolExecutor(2) as pool:
        application = pool.submit(applied, applying, wave_id, next(house.supply))
        assert meeting.kept.wait(20)
        close_window(house, wave_id)
        closing = pool.submit(close_and_list, service, wave_id)
        # Let the closing get as far as it gets: with the guard on, it waits for the application.
        threading.Timer(0.5, meeting.closing.set).start()
        assert closing.result(30) == 1
        return wave_id, application.result(30)


def close_and_list(service: EnrolmentService, wave_id: str) -> int:
    stores, run = service.stores, service.transactions.run
    run(lambda connection: close_applications(connection, wave_id, stores=stores))
    size, root = root_of_list(wave_id, stores=stores)
    return run(
        lambda connection: publish_list(
            connection, wave_id, size=size, root=root, request_id="request-1", stores=stores
        )
    )


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_who_applies_at_the_last_instant_is_in_the_list_that_is_published(house: House) -> None:
    """On SQLite one transaction at a time writes, from its beginning."""
    wave_id, application_id = close_while_somebody_applies(house, house.service)
    assert listed(house, wave_id) == [application_id]
    assert shown(house, wave_id)["list"]["applications"] == 1
    assert house.differences() == []


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_if_draws_were_not_held_somebody_would_be_told_of_an_application_that_is_not_listed(
    house: House,
) -> None:
    wave_id, application_id = close_while_somebody_applies(house, without_locks(house).service)
    assert shown(house, wave_id)["list"]["root"] == merkle_root([])[1]
    assert listed(house, wave_id) == [application_id]
    assert house.differences() != []


def settled(house: House, people: int) -> str:
    """Let people apply to a draw, and enter its outside value."""
    wave_id = open_draw(house)
    apply_many(house, wave_id, islice(house.supply, people))
    close_window(house, wave_id)
    go_on(house)
    document(enter(house, wave_id))
    return wave_id


def test_two_outside_values_at_once_are_one(house: House) -> None:
    wave_id = open_draw(house)
    close_window(house, wave_id)
    go_on(house)
    answers = at_once(lambda number: enter(house, wave_id, value=f"value {number}"))
    assert sorted(answer.status_code for answer in answers) == [200, *[409] * (TOGETHER - 1)]
    assert house.differences() == []


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_if_draws_were_not_locked_there_would_be_a_second_try_at_the_outside_value(
    house: House,
) -> None:
    """On SQLite one transaction at a time writes, from its beginning."""
    wave_id = open_draw(house)
    close_window(house, wave_id)
    go_on(house)
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


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_if_draws_were_not_locked_a_step_would_be_told_twice(house: House) -> None:
    wave_id = open_draw(house)
    close_window(house, wave_id)
    assert work_of(house).go_on() == 1
    careless = work_of(without_locks(house, meeting=2))
    assert at_once(lambda _: careless.go_on(), times=2) == [1, 1]
    kinds = Counter(entry["kind"] for entry in house.entries())
    assert kinds["draw-listed"] == 2


class PausingWaves(WaveStore):
    """Waves of which each, when it is to be locked, finds that an operator has just paused admissions."""

    def __init__(self, house: House) -> None:
        super().__init__(house.service.database)
        self._house = house

    def lock(self, connection: sa.Connection, wave_id: str) -> Wave | None:
        body = {"what": "admissions", "region": "32.73", "message": "Diperiksa"}
        document(self._house.post("/pauses", body, "operator"), 201)
        return super().lock(connection, wave_id)


def judge_while_admissions_are_paused(house: House) -> str:
    """Let admissions be paused between the looking of a draw of one and its judging; return the wave."""
    wave_id = settled(house, 1)
    while shown(house, wave_id)["state"] != "revealed":
        work_of(house).go_on()
    service = house.service
    pausing = replace(service, stores=replace(service.stores, waves=PausingWaves(house)))
    work_of(replace(house, service=pausing)).go_on()
    return wave_id


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_a_pause_that_begins_while_people_are_judged_takes_nobody_s_turn(house: House) -> None:
    """On SQLite one transaction at a time writes, from its beginning."""
    wave_id = judge_while_admissions_are_paused(house)
    assert results(house, wave_id)[0]["state"] == "applied"
    assert house.differences() == []
    [pause] = document(house.get("/pauses"))["items"]
    document(house.post(f"/pauses/{pause['id']}/end", {"reason": "Selesai"}, "operator"))
    go_on(house)
    assert results(house, wave_id)[0]["state"] == "drawn"
    assert house.differences() == []


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_if_nobody_looked_whom_a_pause_refused_somebody_would_lose_the_turn(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_for = "services.enrolment.use_cases.draw.admit_drawn.AdmissionsPaused"
    monkeypatch.setattr(looked_for, WaveClosed)
    wave_id = judge_while_admissions_are_paused(house)
    assert results(house, wave_id)[0]["state"] == "refused"
