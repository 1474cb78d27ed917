"""One seat comes free while workers and people who wait all want it at once: one offer, one enrolment; with twins."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from chassis.database import Database
from services.enrolment.domain.seats.training_class import TrainingClass
from services.enrolment.storage.classes import ClassStore
from services.enrolment.storage.tables.seats import PLACE, TRAINING_CLASS
from services.enrolment.waiting_list_work import WaitingListWork
from tests.services.enrolment.api.waiting_lists.steps import accept, full_class, give_back, seats
from tests.services.enrolment.careless import careless_service
from tests.services.enrolment.house import House, with_service

WORKERS = 2
WAITING = 3


class ReadTogether(ClassStore):
    """Classes that are read without a lock; nobody goes on before all have read the same."""

    def __init__(self, database: Database, meeting: threading.Barrier) -> None:
        super().__init__(database)
        self._meeting = meeting

    def lock(self, connection: sa.Connection, class_ids: Sequence[str]) -> dict[str, TrainingClass]:
        found = self.find_all(connection, class_ids)
        self._meeting.wait(10)
        return found


def free_seat(house: House) -> str:
    """Return a class in which one seat has come free, and three wait for it."""
    class_id, (first,) = full_class(house)
    for card in house.award_many(WAITING):
        house.waits(card, class_id)
    give_back(house, first)
    return class_id


def serve_at_once(house: House) -> list[int | str]:
    """Let workers serve the lists at the same moment; return what each did, or how it failed."""

    def serve(_: int) -> int | str:
        service = house.service
        work = WaitingListWork(service.stores, service.transactions, timedelta(hours=1))
        try:
            return work.serve()
        except sa.exc.SQLAlchemyError as error:
            return type(error).__name__

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(serve, range(WORKERS)))


@contextmanager
def careless(house: House) -> Iterator[House]:
    """Run the house with nobody holding a class."""
    service = careless_service(house)
    meeting = threading.Barrier(WORKERS)
    stores = replace(service.stores, classes=ReadTogether(service.database, meeting))
    try:
        yield with_service(house, replace(service, stores=stores))
    finally:
        service.close()


def offers(house: House) -> int:
    query = sa.select(sa.func.count()).select_from(PLACE).where(PLACE.c.state == "offered")
    with house.service.database.reading() as connection:
        return int(connection.execute(query).scalar_one())


def counted(house: House) -> int:
    query = sa.select(sa.func.sum(TRAINING_CLASS.c.offered))
    with house.service.database.reading() as connection:
        return int(connection.execute(query).scalar_one())


def test_a_seat_that_comes_free_is_offered_once_however_many_workers_there_are(
    house: House,
) -> None:
    class_id = free_seat(house)
    did = serve_at_once(house)
    assert sorted(map(str, did)) == ["0", "1"]
    assert seats(house, class_id) == (0, 1, WAITING - 1, 0)
    assert house.differences() == []


def test_if_nobody_held_the_class_the_database_would_still_keep_the_seat_from_being_offered_twice(
    house: House,
) -> None:
    free_seat(house)
    with careless(house) as unguarded:
        did = serve_at_once(unguarded)
    assert "IntegrityError" in did
    assert (offers(house), counted(house)) == (1, 1)


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_without_either_guard_it_would_be_offered_twice(house: House) -> None:
    free_seat(house)
    with house.as_owner() as connection:
        connection.execute(
            sa.text("alter table training_class drop constraint class_keeps_offered_seats")
        )
    with careless(house) as unguarded:
        assert serve_at_once(unguarded) == [1, 1]
    assert counted(house) == 2
    assert house.differences() != []


def test_one_who_accepts_at_the_last_moment_and_the_worker_do_not_both_have_their_way(
    house: House,
) -> None:
    class_id, (first,) = full_class(house)
    (card,) = house.award_many(1)
    place = house.waits(card, class_id)
    give_back(house, first)
    house.serve_lists()
    with house.as_owner() as connection:
        # It runs out while both are on their way.
        now = house.service.database.now(connection)
        connection.execute(
            sa.update(PLACE).values(
                offered_at=now - timedelta(hours=1),
                offer_expires_at=now + timedelta(milliseconds=30),
            )
        )
    with ThreadPoolExecutor(2) as pool:
        served = pool.submit(lambda: sum(house.serve_lists() for _ in range(10)))
        answer = pool.submit(accept, house, place, card).result(30)
        served.result(30)
    held, offered, waiting, _ = seats(house, class_id)
    assert (offered, waiting) in ((0, 0), (1, 0))
    assert held == (1 if answer.status_code == 201 else 0)
    house.serve_lists()
    assert house.differences() == []
