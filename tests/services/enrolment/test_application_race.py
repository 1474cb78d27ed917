"""Applying and withdrawing at once, also at the instant at which a draw is closed; with unguarded twins."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.database import Database
from services.enrolment.domain.draw.application import Application
from services.enrolment.domain.draw.draw import Draw
from services.enrolment.domain.draw.merkle_root import merkle_root
from services.enrolment.service import EnrolmentService
from services.enrolment.storage.applications import ApplicationStore
from services.enrolment.storage.draws import DrawStore
from services.enrolment.use_cases.draw.close_applications import close_applications
from services.enrolment.use_cases.draw.publish_list import publish_list, root_of_list
from tests.chassis.problem_documents import code
from tests.services.enrolment.draw_races import (
    TOGETHER,
    at_once,
    done_or_waiting,
    house_with,
    seal_of,
)
from tests.services.enrolment.draws import (
    HOUR,
    applied,
    apply,
    close_window,
    listed,
    move_window,
    open_draw,
    shown,
    withdraw,
)
from tests.services.enrolment.house import House


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


class SlowDraws(DrawStore):
    """Draws that whoever applies has found open; nobody goes on before a signal, be it held until then or not."""

    def __init__(self, house: House, *, holds: bool) -> None:
        super().__init__(house.service.database, seal=seal_of(house))
        self._holds = holds
        self.found, self.go_on = threading.Event(), threading.Event()

    def hold(self, connection: sa.Connection, wave_id: str) -> Draw | None:
        found = super().hold(connection, wave_id) if self._holds else self.read(connection, wave_id)
        self.found.set()
        assert self.go_on.wait(30)
        return found


def close_while_somebody_applies(house: House, *, holds: bool) -> tuple[str, str]:
    """Close and list a draw after somebody who applies has found it open; return wave and application."""
    draws = SlowDraws(house, holds=holds)
    wave_id = open_draw(house)
    with ThreadPoolExecutor(2) as pool:
        application = pool.submit(
            applied, house_with(house, draws=draws), wave_id, next(house.supply)
        )
        assert draws.found.wait(30)
        close_window(house, wave_id)
        closing = pool.submit(close_and_list, house.service, wave_id)
        done_or_waiting(house, closing)
        draws.go_on.set()
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
    wave_id, application_id = close_while_somebody_applies(house, holds=True)
    assert listed(house, wave_id) == [application_id]
    assert shown(house, wave_id)["list"]["applications"] == 1
    assert house.differences() == []


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_if_draws_were_not_held_somebody_would_be_told_of_an_application_that_is_not_listed(
    house: House,
) -> None:
    wave_id, application_id = close_while_somebody_applies(house, holds=False)
    assert shown(house, wave_id)["list"]["root"] == merkle_root([])[1]
    assert listed(house, wave_id) == [application_id]
    assert house.differences() != []


class SetClock:
    """A database whose clock says, each time it is looked at, what was set for that."""

    def __init__(self, database: Database, *instants: datetime) -> None:
        self._database = database
        self._instants = iter(instants)

    def now(self, _: sa.Connection) -> datetime:
        return next(self._instants)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)


def test_whoever_had_to_wait_until_the_window_was_over_does_not_apply(house: House) -> None:
    """Whoever was about to close the draw went away, so that it is still open."""
    wave_id = open_draw(house)
    closes_at = move_window(house, wave_id, opens_in=-HOUR, closes_in=HOUR)
    clock = SetClock(house.service.database, closes_at - timedelta(microseconds=1), closes_at)
    answer = apply(house_with(house, database=clock), wave_id, next(house.supply))
    assert code(answer) == (409, "wave-closed")
    assert shown(house, wave_id)["state"] == "announced"


class UnaskedDraws(DrawStore):
    """Draws that nobody may hold."""

    def hold(self, connection: sa.Connection, wave_id: str) -> Draw | None:
        raise AssertionError(connection, wave_id)


def test_whoever_comes_too_late_does_not_keep_a_draw_from_being_closed(house: House) -> None:
    wave_id = open_draw(house)
    close_window(house, wave_id)
    draws = UnaskedDraws(house.service.database, seal=seal_of(house))
    answer = apply(house_with(house, draws=draws), wave_id, next(house.supply))
    assert code(answer) == (409, "wave-closed")


class MeetingApplications(ApplicationStore):
    """Applications of which all have read the same before anybody goes on, but for whoever locks it."""

    def __init__(self, house: House, *, locks: bool) -> None:
        fingerprints = house.service.stores.persons.fingerprints
        super().__init__(house.service.database, seal=seal_of(house), fingerprints=fingerprints)
        self._locks = locks
        self._meeting = threading.Barrier(TOGETHER)

    def find(
        self, connection: sa.Connection, application_id: str, *, lock: bool = False
    ) -> Application | None:
        found = super().find(connection, application_id, lock=lock and self._locks)
        if not (lock and self._locks):
            self._meeting.wait(30)
        return found


def withdraw_at_once(house: House, *, locks: bool) -> tuple[Counter[int], Counter[str]]:
    """Withdraw an application several times at once; return the answers, and the entries by their kinds."""
    application_id = applied(house, open_draw(house), next(house.supply))
    meeting = house_with(house, applications=MeetingApplications(house, locks=locks))
    answers = at_once(lambda _: withdraw(meeting, application_id).status_code)
    return Counter(answers), Counter(entry["kind"] for entry in house.entries())


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_an_application_is_withdrawn_once_however_many_do_so_at_once(house: House) -> None:
    """On SQLite one transaction at a time writes, from its beginning."""
    answers, kinds = withdraw_at_once(house, locks=True)
    assert answers == {200: 1, 409: TOGETHER - 1}
    assert kinds["application-withdrawn"] == 1
    assert house.differences() == []


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_if_applications_were_not_locked_a_withdrawal_would_be_told_several_times(
    house: House,
) -> None:
    answers, kinds = withdraw_at_once(house, locks=False)
    assert answers == {200: TOGETHER}
    assert kinds["application-withdrawn"] == TOGETHER
    assert house.differences() != []
