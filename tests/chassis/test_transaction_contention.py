"""A transaction that meets others is tried again, waits a little, or tells its caller when to come back."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from chassis.idempotency import Answer
from chassis.identifiers import new_id
from chassis.problems import (
    RequestInFlight,
    Unavailable,
)
from chassis.transaction import TWINS_WAITING
from tests.chassis.batches import PATIENCE, key_named
from tests.chassis.tally import (
    TALLY,
    TallyHouse,
    add_to,
    count_of,
    open_house,
    set_up,
)
from tests.waiting import eventually

Work = Callable[[sa.Connection], Answer]


@contextmanager
def hasty(house: TallyHouse) -> Iterator[TallyHouse]:
    """Give the same service once more, with little patience for locks."""
    opened = open_house(house.place, lock_timeout_ms=100)
    yield opened
    opened.database.dispose()


class Attempts:
    """Work that fails the first times it is done."""

    def __init__(self, work: Work, *, failing: int, error: Callable[[sa.Connection], None]) -> None:
        self.done = 0
        self._work, self._failing, self._error = work, failing, error

    def __call__(self, connection: sa.Connection) -> Answer:
        self.done += 1
        answer = self._work(connection)
        if self.done <= self._failing:
            self._error(connection)
        return answer


def lose_serialization(connection: sa.Connection) -> None:
    """Raise what a database raises for a transaction that lost against another."""
    if connection.dialect.name == "sqlite":
        raise sa.exc.OperationalError("", {}, sqlite3.OperationalError("database is locked"))
    connection.execute(
        sa.text("do $$ begin raise exception using errcode = 'serialization_failure'; end $$")
    )


@pytest.mark.parametrize("failing", [1, 2])
def test_a_transaction_that_lost_against_another_is_done_again(
    tally: TallyHouse, failing: int
) -> None:
    name = set_up(tally, new_id())
    work = Attempts(add_to(tally, name), failing=failing, error=lose_serialization)
    assert tally.transactions.run(work).status == 201
    assert (work.done, count_of(tally, name)) == (failing + 1, 1)


def test_one_that_always_loses_is_given_up_with_nothing_done(tally: TallyHouse) -> None:
    name = set_up(tally, new_id())
    work = Attempts(add_to(tally, name), failing=9, error=lose_serialization)
    with pytest.raises(Unavailable) as told:
        tally.transactions.run(work)
    assert told.value.code == "unavailable"
    assert (work.done, count_of(tally, name)) == (3, 0)


def test_a_lock_that_somebody_holds_is_told_of_with_a_time_to_come_back(
    postgres_tally: TallyHouse,
) -> None:
    name = set_up(postgres_tally, new_id())
    lock = sa.select(TALLY).where(TALLY.c.name == name).with_for_update()
    with hasty(postgres_tally) as house, postgres_tally.database.writing() as holder:
        holder.execute(lock)
        with pytest.raises(Unavailable) as told:
            house.transactions.run(add_to(house, name))
    assert (told.value.code, told.value.headers) == ("unavailable", {"Retry-After": "1"})
    assert count_of(postgres_tally, name) == 0


def test_a_statement_that_took_too_long_is_not_laid_at_somebody_elses_door(
    postgres_tally: TallyHouse,
) -> None:
    name = set_up(postgres_tally, new_id())

    def work(connection: sa.Connection) -> Answer:
        answer = add_to(postgres_tally, name)(connection)
        connection.execute(sa.text("set local statement_timeout = 20"))
        connection.execute(sa.text("select pg_sleep(20)"))
        return answer

    with pytest.raises(Unavailable, match="The database took too long") as told:
        postgres_tally.transactions.run(work)
    assert (told.value.code, told.value.headers) == ("unavailable", {"Retry-After": "1"})
    assert count_of(postgres_tally, name) == 0


def test_a_key_that_another_transaction_holds_is_in_flight(postgres_tally: TallyHouse) -> None:
    name, key = set_up(postgres_tally, new_id()), key_named(new_id())
    with hasty(postgres_tally) as house, postgres_tally.database.writing() as holder:
        postgres_tally.database.lock_names(holder, [key.digest])
        with pytest.raises(RequestInFlight):
            house.transactions.answer(key, add_to(house, name))
    assert count_of(postgres_tally, name) == 0


def test_few_twins_wait_in_a_process_and_the_others_are_told_at_once_so_that_threads_stay_free(
    postgres_tally: TallyHouse,
) -> None:
    house, key = postgres_tally, key_named(new_id())
    name, told, twins = set_up(house, new_id()), [], TWINS_WAITING + 3

    def call() -> None:
        try:
            told.append(str(house.transactions.answer(key, add_to(house, name)).status))
        except RequestInFlight as refusal:
            told.append(refusal.code)

    threads = [threading.Thread(target=call) for _ in range(twins)]
    with house.database.writing() as holder:
        house.database.lock_names(holder, [key.digest])
        for thread in threads:
            thread.start()
        eventually(lambda: len(told) == twins - TWINS_WAITING, what="the others are told")
        assert set(told) == {"request-in-flight"}
    for thread in threads:
        thread.join(PATIENCE)
    assert sorted(told) == ["201"] * TWINS_WAITING + ["request-in-flight"] * 3
    assert count_of(house, name) == 1
    for _ in range(TWINS_WAITING + 1):  # no place is lost to those that waited
        assert house.transactions.answer(key, add_to(house, name)).status == 201


def test_when_every_connection_is_in_use_the_caller_is_told_so(
    tally: TallyHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = open_house(tally.place, pool_size=1)
    monkeypatch.setattr(house.database.engine.pool, "_timeout", 0.05)
    with house.database.reading(), pytest.raises(Unavailable, match="in use"):
        house.transactions.run(add_to(house, "any"))
    house.database.dispose()
