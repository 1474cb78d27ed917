"""What races about applications and draws are made of: many at once, and stores that are careless or interrupted."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any, TypeVar

import sqlalchemy as sa

from chassis.sealing import Seal
from services.enrolment.domain.draw.draw import Draw
from services.enrolment.domain.programme.wave import Wave
from services.enrolment.storage.draws import DrawStore
from services.enrolment.storage.waves import WaveStore
from tests.services.enrolment.house import House, settings_for, with_service
from tests.waiting import eventually, somebody_waits

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


def done_or_waiting(house: House, other: Future[Any]) -> None:
    """Wait until somebody else has either done what he began or waits for a lock."""
    database = house.service.database
    eventually(lambda: other.done() or somebody_waits(database), what="the other is done or waits")


def house_with(house: House, **stores: Any) -> House:
    """Return the house with some of its stores exchanged."""
    service = house.service
    return with_service(house, replace(service, stores=replace(service.stores, **stores)))


def seal_of(house: House) -> Seal:
    """Return what a store of the house's seals with."""
    return Seal(settings_for(house.places.application).personal_data_key)


class UnlockedDraws(DrawStore):
    """Draws that are read where they should be held or locked; at a meeting, all have read before anybody goes on."""

    def __init__(self, house: House, meeting: threading.Barrier | None = None) -> None:
        super().__init__(house.service.database, seal=seal_of(house))
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
    barrier = None if meeting is None else threading.Barrier(meeting)
    return house_with(house, draws=UnlockedDraws(house, barrier))


class InterruptedWaves(WaveStore):
    """Waves of which each, when it is to be locked, finds that something has just happened."""

    def __init__(self, house: House, meanwhile: Callable[[], object]) -> None:
        super().__init__(house.service.database)
        self._meanwhile = meanwhile

    def lock(self, connection: sa.Connection, wave_id: str) -> Wave | None:
        self._meanwhile()
        return super().lock(connection, wave_id)
