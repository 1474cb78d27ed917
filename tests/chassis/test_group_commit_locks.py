"""Locks that others hold: whoever needs them is told to come back, whoever does not goes on."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

import pytest
import sqlalchemy as sa

from chassis import engines
from chassis.database import Database
from chassis.identifiers import new_id
from chassis.problems import Problem
from chassis.settlement import HURRIED_MS
from services.enrolment.storage.tables.programme import CARD
from services.enrolment.storage.tables.seats import TRAINING_CLASS
from tests.chassis.batches import PATIENCE, Caller, codes, fresh_key, key_named
from tests.chassis.seats import SOON_MS, SeatHouse
from tests.chassis.tally import (
    TALLY,
    Add,
    TallyHandler,
    TallyHouse,
    batches_of,
    count_of,
    open_house,
    set_up,
)
from tests.waiting import lock_waited_for


@contextmanager
def held_by_somebody(house: SeatHouse, query: sa.Select[tuple[str]]) -> Iterator[None]:
    """Hold the rows of a query from another session, as its own transaction would."""
    with house.database.writing() as connection:
        assert connection.execute(query.with_for_update()).all()
        yield


def test_a_class_locked_by_somebody_else_fails_its_own_commands_alone(
    hasty_seats: SeatHouse,
) -> None:
    house = hasty_seats
    locked, free, other = (house.new_class() for _ in range(3))
    cards = house.new_cards(6)
    wanted = [locked, free, locked, other, free, locked]
    calls = [house.call(card, class_id) for card, class_id in zip(cards, wanted, strict=True)]
    row = sa.select(TRAINING_CLASS.c.class_id).where(TRAINING_CLASS.c.class_id == locked)
    with house.batches() as batches:
        with held_by_somebody(house, row):
            outcomes = batches.together(calls)
        refused = [outcome for outcome in outcomes if isinstance(outcome, Problem)]
        assert codes(outcomes) == ["unavailable", "201", "unavailable", "201", "201", "unavailable"]
        assert {problem.status for problem in refused} == {503}
        assert all(int(problem.headers["Retry-After"]) > 0 for problem in refused)
        assert (house.held(locked), house.held(free), house.held(other)) == (0, 2, 1)
        assert codes(batches.together(calls)) == ["201"] * 6
    assert house.held(locked) == 3
    assert house.differences() == []


def test_a_card_locked_by_somebody_else_fails_its_own_command_alone(
    hasty_seats: SeatHouse,
) -> None:
    house = hasty_seats
    class_id = house.new_class()
    busy, *free = house.new_cards(4)
    row = sa.select(CARD.c.card_ref).where(CARD.c.card_ref == busy)
    with house.batches() as batches, held_by_somebody(house, row):
        outcomes = batches.together([house.call(card, class_id) for card in (busy, *free)])
    assert codes(outcomes) == ["unavailable", "201", "201", "201"]
    assert house.differences() == []


def test_a_part_of_a_split_batch_whose_time_has_passed_meanwhile_is_dropped(
    postgres_tally: TallyHouse,
) -> None:
    house = open_house(postgres_tally.place, lock_timeout_ms=SOON_MS)
    early, locked, late = (set_up(house, f"{n}-{new_id()}") for n in range(3))

    def let_time_pass(_: sa.Connection, commands: Sequence[Add]) -> None:
        if [command.name for command in commands] == [early]:
            batches.clock.ahead = 2 * PATIENCE

    handler = TallyHandler(house, before=let_time_pass)
    with batches_of(house, handler) as batches, postgres_tally.database.writing() as holder:
        holder.execute(row_of(locked))
        batches.hold()
        callers = [
            batches.call_later((Add(name), fresh_key()), seconds=seconds)
            for name, seconds in ((early, PATIENCE), (locked, 3 * PATIENCE), (late, PATIENCE))
        ]
        batches.clock.release()
        assert codes([c.outcome() for c in callers]) == ["201", "unavailable", "deadline-passed"]
    assert count_of(house, late) == 0
    house.database.dispose()


def test_when_every_connection_is_in_use_callers_are_told_so_at_once(
    postgres_tally: TallyHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = open_house(postgres_tally.place, pool_size=1)
    monkeypatch.setattr(house.database.engine.pool, "_timeout", 0.1)
    name, writing, attempts = set_up(house, new_id()), house.database.writing, []

    def count_and_write() -> AbstractContextManager[sa.Connection]:
        attempts.append(1)
        return writing()

    monkeypatch.setattr(house.database, "writing", count_and_write)
    with batches_of(house) as batches, house.database.reading():
        outcomes = batches.together([(Add(name), fresh_key()) for _ in range(3)])
    assert codes(outcomes) == ["unavailable"] * 3
    assert len(attempts) == 2  # the opener's and the batch's: nobody waits for a connection twice
    assert count_of(postgres_tally, name) == 0
    house.database.dispose()


def test_a_deadlock_is_lost_by_the_batch_and_done_again(
    postgres_tally: TallyHouse, postgres_server: str
) -> None:
    house = postgres_tally
    mine, theirs = set_up(house, new_id()), set_up(house, new_id())
    superuser = Database(
        sa.make_url(postgres_server)
        .set(database=house.database.url.database)
        .render_as_string(hide_password=False),
        lock_timeout_ms=20_000,
    )
    holding = threading.Event()
    rival = threading.Thread(target=cross_locks, args=(superuser, [theirs, mine], holding))

    def cross_once(connection: sa.Connection, commands: Sequence[Add]) -> None:
        if Add(mine) in commands and not holding.is_set():
            rival.start()
            assert holding.wait(20)
            lock_waited_for(superuser)
            connection.execute(sa.text("set local lock_timeout = '20s'"))
            connection.execute(row_of(theirs))

    with superuser.writing() as connection:  # only a superuser may
        connection.execute(
            sa.text(f'alter database "{house.database.url.database}" set deadlock_timeout = 50')
        )
        connection.commit()
    house.database.dispose()  # so that the next session learns of it
    handler = TallyHandler(house, before=cross_once)
    with batches_of(house, handler) as batches:
        outcomes = batches.together([(Add(mine), fresh_key()) for _ in range(2)])
    rival.join()
    superuser.dispose()
    assert codes(outcomes) == ["201", "201"]
    assert [len(batch) for batch in handler.batches] == [1, 2, 2]
    assert count_of(house, mine) == 2


def row_of(name: str) -> sa.Select[tuple[str]]:
    return sa.select(TALLY.c.name).where(TALLY.c.name == name).with_for_update()


def cross_locks(database: Database, names: Sequence[str], holding: threading.Event) -> None:
    """Lock rows one after another, and be in no hurry to look for a deadlock: that is left to the other side."""
    with database.writing() as connection:
        connection.execute(sa.text("set local deadlock_timeout = '20s'"))
        for name in names:
            connection.execute(row_of(name))
            holding.set()


SERIALIZATION_FAILURE = sa.text(
    "do $$ begin raise exception 'try again' using errcode = 'serialization_failure'; end $$"
)


@pytest.mark.parametrize(("times", "told"), [(1, "201"), (2, "201"), (3, "unavailable")])
def test_a_serialization_failure_is_tried_again_but_not_for_ever(
    postgres_tally: TallyHouse, times: int, told: str
) -> None:
    house, name, left = postgres_tally, set_up(postgres_tally, new_id()), [times]

    def fail(connection: sa.Connection, commands: Sequence[Add]) -> None:
        if Add(name) in commands and left[0]:
            left[0] -= 1
            connection.execute(SERIALIZATION_FAILURE)

    with batches_of(house, TallyHandler(house, before=fail)) as batches:
        outcomes = batches.together([(Add(name), fresh_key()) for _ in range(2)])
        assert codes(outcomes) == [told] * 2
    assert left == [0]
    assert count_of(house, name) == (2 if told == "201" else 0)


def test_on_sqlite_a_batch_waits_for_whoever_is_writing(sqlite_seats: SeatHouse) -> None:
    class_id, cards = sqlite_seats.new_class(), sqlite_seats.new_cards(3)
    writer = sqlite_seats.through(sqlite_seats.place.application)
    with sqlite_seats.batches() as batches:
        batches.hold()
        callers = [batches.call_later(sqlite_seats.call(card, class_id)) for card in cards]
        with writer.database.writing():
            batches.clock.release()
            assert not any(wait_a_moment(caller) for caller in callers)
        assert codes([caller.outcome() for caller in callers]) == ["201"] * 3
    writer.database.dispose()
    assert sqlite_seats.enrolled(class_id) == cards


def wait_a_moment(caller: Caller) -> bool:
    threading.Event().wait(0.1)
    return caller.is_answered


def test_on_sqlite_a_writer_that_takes_too_long_is_told_of_and_nothing_is_done(
    sqlite_seats: SeatHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    class_id, cards = sqlite_seats.new_class(), sqlite_seats.new_cards(3)
    calls = [sqlite_seats.call(card, class_id) for card in cards]
    monkeypatch.setattr(engines, "SQLITE_BUSY_MS", SOON_MS)
    hasty = sqlite_seats.through(sqlite_seats.place.application)
    with hasty.batches() as batches:
        with sqlite_seats.database.writing():
            outcomes = batches.together(calls)
        assert codes(outcomes) == ["unavailable"] * 3
        assert all(isinstance(o, Problem) and o.headers["Retry-After"] for o in outcomes)
        assert sqlite_seats.held(class_id) == 0
        assert codes(batches.together(calls)) == ["201"] * 3
    hasty.database.dispose()
    assert sqlite_seats.differences() == []


def test_a_key_is_held_until_its_transaction_ends_and_no_longer(
    hasty_seats: SeatHouse,
) -> None:
    database, digest = hasty_seats.database, key_named(new_id()).digest
    with database.writing() as holder:
        database.lock_names(holder, [digest])
        with database.writing() as other, pytest.raises(sa.exc.OperationalError):
            database.lock_names(other, [digest])
    with database.writing() as other:
        database.lock_names(other, [digest])


def test_the_parts_of_a_batch_that_has_waited_for_a_lock_wait_but_a_moment(
    postgres_tally: TallyHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = open_house(postgres_tally.place, lock_timeout_ms=SOON_MS)
    waits: list[int] = []
    limit = house.database.limit_waiting

    def count_waits(connection: sa.Connection, *, milliseconds: int) -> None:
        waits.append(milliseconds)
        limit(connection, milliseconds=milliseconds)

    monkeypatch.setattr(house.database, "limit_waiting", count_waits)
    locked = [set_up(house, f"a{n}-{new_id()}") for n in range(3)]
    free = set_up(house, f"b-{new_id()}")
    with batches_of(house) as batches, postgres_tally.database.writing() as holder:
        for name in locked:
            holder.execute(row_of(name))
        outcomes = batches.together([(Add(name), fresh_key()) for name in (*locked, free)])
    assert codes(outcomes) == ["unavailable"] * 3 + ["201"]
    assert waits == [HURRIED_MS] * 4
    house.database.dispose()


def test_a_batch_that_takes_the_database_too_long_is_told_so_and_not_tried_again(
    postgres_tally: TallyHouse,
) -> None:
    name, tried = set_up(postgres_tally, new_id()), []

    def sleep(connection: sa.Connection, _: Sequence[Add]) -> None:
        tried.append(1)
        connection.execute(sa.text("set local statement_timeout = 50"))
        connection.execute(sa.text("select pg_sleep(5)"))

    handler = TallyHandler(postgres_tally, before=sleep)
    with batches_of(postgres_tally, handler) as batches:
        [outcome] = batches.together([(Add(name), fresh_key())])
    assert codes([outcome]) == ["unavailable"]
    assert isinstance(outcome, Problem)
    assert "took too long" in outcome.detail
    assert len(tried) == 2  # the opener's batch and this one
