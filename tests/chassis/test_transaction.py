"""One command, one transaction: done once or not at all, and the caller is told which, as far as anybody can know."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.database import Database
from chassis.idempotency import Answer
from chassis.identifiers import new_id
from chassis.problems import (
    IdempotencyKeyReused,
    OutcomeUnknown,
    Problem,
    RequestInFlight,
    Unavailable,
)
from chassis.transaction import TWINS_WAITING
from tests.chassis.batches import PATIENCE, commits_of, key_named
from tests.chassis.proxy import Cut, Proxy, proxied
from tests.chassis.tally import (
    STORED_ANSWER,
    TALLY,
    TallyFull,
    TallyHouse,
    add_to,
    count_of,
    open_house,
    set_up,
    size_of,
)
from tests.waiting import eventually

Work = Callable[[sa.Connection], Answer]


@contextmanager
def cut_off(house: TallyHouse) -> Iterator[tuple[Proxy, TallyHouse]]:
    """Give the same service once more, through a proxy."""
    with proxied(house.place.application) as (proxy, url):
        through = open_house(house.place, url=url, pool_size=2)
        yield proxy, through
        through.database.dispose()


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


def test_what_work_did_is_committed_once_and_its_result_returned(tally: TallyHouse) -> None:
    name, commits = set_up(tally, new_id()), commits_of(tally.database)
    assert tally.transactions.run(add_to(tally, name)).status == 201
    assert len(commits) == 1
    assert count_of(tally, name) == 1


@pytest.mark.parametrize("error", [ValueError, TallyFull, KeyboardInterrupt])
def test_nothing_is_half_done_when_work_raises(
    tally: TallyHouse, error: type[BaseException]
) -> None:
    name, began, key = set_up(tally, new_id()), size_of(tally), key_named(new_id())

    def work(connection: sa.Connection) -> Answer:
        add_to(tally, name)(connection)
        raise error

    with pytest.raises(error):
        tally.transactions.run(work)
    with pytest.raises(error):
        tally.transactions.answer(key, work)
    assert (count_of(tally, name), size_of(tally)) == (0, began)
    assert tally.transactions.answer(key, add_to(tally, name)).status == 201


def test_a_constraint_that_refuses_is_not_tried_again(tally: TallyHouse) -> None:
    name, tries = set_up(tally, new_id(), most=5), []

    def work(connection: sa.Connection) -> None:
        tries.append(1)
        connection.execute(sa.update(TALLY).where(TALLY.c.name == name).values(count=6))

    with pytest.raises(sa.exc.IntegrityError):
        tally.transactions.run(work)
    assert (len(tries), count_of(tally, name)) == (1, 0)


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


def test_the_same_key_and_command_gets_the_stored_answer_and_another_command_a_refusal(
    tally: TallyHouse,
) -> None:
    name, key = set_up(tally, new_id()), new_id()
    first = tally.transactions.answer(key_named(key, "one"), add_to(tally, name))
    assert tally.transactions.answer(key_named(key, "one"), add_to(tally, name)) == first
    with pytest.raises(IdempotencyKeyReused):
        tally.transactions.answer(key_named(key, "another"), add_to(tally, name))
    assert count_of(tally, name) == 1


def test_without_a_key_every_call_has_its_effect(tally: TallyHouse) -> None:
    name = set_up(tally, new_id())
    for _ in range(2):
        tally.transactions.answer(None, add_to(tally, name))
    assert count_of(tally, name) == 2


def test_a_refusal_is_not_stored_and_may_be_tried_again(tally: TallyHouse) -> None:
    name, key = set_up(tally, new_id(), most=0), key_named(new_id())
    with pytest.raises(TallyFull):
        tally.transactions.answer(key, add_to(tally, name))
    tally.transactions.run(
        lambda connection: connection.execute(
            sa.update(TALLY).where(TALLY.c.name == name).values(most=1)
        )
    )
    assert tally.transactions.answer(key, add_to(tally, name)).status == 201


@pytest.mark.parametrize("cut", list(Cut))
def test_a_commit_cut_off_is_unknown_without_a_key(postgres_tally: TallyHouse, cut: Cut) -> None:
    name = set_up(postgres_tally, new_id())
    with cut_off(postgres_tally) as (proxy, house):
        proxy.cut_next(cut)
        with pytest.raises(OutcomeUnknown) as unknown:
            house.transactions.answer(None, add_to(house, name))
        assert proxy.commits == 1
    assert "same Idempotency-Key" not in unknown.value.detail
    assert count_of(postgres_tally, name) == (1 if cut is Cut.AFTER else 0)


@pytest.mark.parametrize("cuts", [[Cut.BEFORE], [Cut.AFTER], [Cut.BEFORE, Cut.BEFORE]])
def test_a_commit_cut_off_is_found_out_with_a_key(
    postgres_tally: TallyHouse, cuts: list[Cut]
) -> None:
    name, key = set_up(postgres_tally, new_id()), key_named(new_id())
    with cut_off(postgres_tally) as (proxy, house):
        proxy.cut_next(*cuts)
        answer = house.transactions.answer(key, add_to(house, name))
        assert proxy.cut == len(cuts)
    assert answer.status == 201
    assert count_of(postgres_tally, name) == 1
    assert postgres_tally.transactions.answer(key, add_to(postgres_tally, name)) == answer


@pytest.mark.parametrize("cut", list(Cut))
def test_work_that_may_be_repeated_is_repeated_after_a_cut(
    postgres_tally: TallyHouse, cut: Cut
) -> None:
    name = set_up(postgres_tally, new_id())

    def set_to_seven(connection: sa.Connection) -> None:
        connection.execute(sa.update(TALLY).where(TALLY.c.name == name).values(count=7))

    with cut_off(postgres_tally) as (proxy, house):
        proxy.cut_next(cut)
        house.transactions.run(set_to_seven, repeatable=True)
    assert count_of(postgres_tally, name) == 7


def test_committed_and_then_cut_off_for_good_is_unknown_even_with_a_key_until_it_is_retried(
    postgres_tally: TallyHouse,
) -> None:
    name, key = set_up(postgres_tally, new_id()), key_named(new_id())
    with cut_off(postgres_tally) as (proxy, house):
        proxy.cut_next(Cut.AFTER, then_refuse=True)
        with pytest.raises(OutcomeUnknown):
            house.transactions.answer(key, add_to(house, name))
        proxy.restore()
        assert house.transactions.answer(key, add_to(house, name)).status == 201
    assert count_of(postgres_tally, name) == 1


def test_a_server_that_was_never_reached_leaves_nothing_unknown(
    postgres_tally: TallyHouse,
) -> None:
    with cut_off(postgres_tally) as (proxy, house):
        proxy.refuse()
        for key in (None, key_named(new_id())):
            with pytest.raises(Unavailable, match="Nothing was done") as told:
                house.transactions.answer(key, add_to(house, "any"))
            assert told.value.code == "unavailable"


def test_a_refusal_after_a_cut_that_undid_everything_is_the_refusal(
    postgres_tally: TallyHouse,
) -> None:
    name, key, tries = set_up(postgres_tally, new_id()), key_named(new_id()), []
    with cut_off(postgres_tally) as (proxy, house):

        def refuse_second(connection: sa.Connection) -> Answer:
            tries.append(1)
            if len(tries) == 2:
                raise TallyFull
            return add_to(house, name)(connection)

        proxy.cut_next(Cut.BEFORE)
        with pytest.raises(Problem) as told:
            house.transactions.answer(key, refuse_second)
    assert told.value.code == "tally-full"
    assert count_of(postgres_tally, name) == 0


def test_a_failure_after_a_cut_that_undid_everything_is_that_failure(
    postgres_tally: TallyHouse,
) -> None:
    name, key, tries = set_up(postgres_tally, new_id(), most=5), key_named(new_id()), []
    with cut_off(postgres_tally) as (proxy, house):

        def exceed_second(connection: sa.Connection) -> Answer:
            tries.append(1)
            if len(tries) == 2:
                connection.execute(sa.update(TALLY).where(TALLY.c.name == name).values(count=6))
            return add_to(house, name)(connection)

        proxy.cut_next(Cut.BEFORE)
        with pytest.raises(sa.exc.IntegrityError):
            house.transactions.answer(key, exceed_second)
    assert count_of(postgres_tally, name) == 0


@pytest.mark.parametrize("when", list(Cut))
def test_a_disk_that_fails_at_commit_leaves_it_unknown_without_a_key_and_known_with_one(
    sqlite_tally: TallyHouse, monkeypatch: pytest.MonkeyPatch, when: Cut
) -> None:
    house, key = sqlite_tally, key_named(new_id())
    name = set_up(house, new_id())
    fail_commit(house.database, monkeypatch, when)
    with pytest.raises(OutcomeUnknown):
        house.transactions.run(add_to(house, name))
    fail_commit(house.database, monkeypatch, when)
    assert house.transactions.answer(key, add_to(house, name)).status == 201
    assert count_of(house, name) == (2 if when is Cut.AFTER else 1)


def fail_commit(database: Database, monkeypatch: pytest.MonkeyPatch, when: Cut) -> None:
    dialect = database.engine.dialect
    commit = type(dialect).do_commit
    left = [sqlite3.OperationalError("disk I/O error")]

    def fail(connection: Any) -> None:
        if not left or when is Cut.AFTER:
            commit(dialect, connection)
        if left:
            raise left.pop()

    monkeypatch.setattr(dialect, "do_commit", fail)


def test_an_answer_is_kept_by_the_clock_by_which_it_is_forgotten(
    tally: TallyHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2020, 1, 1, tzinfo=UTC)
    monkeypatch.setattr(Database, "now", lambda *_: now)
    key, name = key_named(new_id()), set_up(tally, new_id())
    tally.transactions.answer(key, add_to(tally, name))
    with tally.database.reading() as connection:
        stored_at = connection.execute(
            sa.select(STORED_ANSWER.c.stored_at).where(STORED_ANSWER.c.digest == key.digest)
        ).scalar_one()
    assert stored_at == now
