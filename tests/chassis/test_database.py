"""SQLite and PostgreSQL behave alike behind one face: transactions, clocks and locks."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from chassis.clock import utc_now
from chassis.column_types import Identifier
from chassis.database import Database
from chassis.engines import COSTLY_FOR_FEW_ROWS
from chassis.identifiers import new_id
from chassis.recordset import rows_parameter
from deploy.local.databases import ServiceDatabase
from tests.chassis.batches import all_at_once
from tests.chassis.things import THING, THINGS, add_thing, number_of, set_number
from tests.databases import DatabaseMaker
from tests.waiting import lock_waited_for


@pytest.mark.parametrize(("guard", "reads_all"), [(True, False), (False, True)])
@pytest.mark.parametrize("apart", [False, True])
def test_a_plan_made_for_an_empty_table_does_not_read_all_of_a_full_one(
    database_maker: DatabaseMaker, apart: bool, guard: bool, reads_all: bool
) -> None:
    database = Database(database_maker.empty("postgresql", "plans").owner, pool_size=1)
    database = database.apart() if apart else database
    with database.writing() as connection:
        THINGS.create_all(connection)
        connection.execute(sa.text("alter table thing set (autovacuum_enabled = off)"))
        connection.commit()
    given = database.recordset({"id": Identifier()})
    find = sa.select(THING.c.id).join(given, given.c.id == THING.c.id)
    nobody = {"rows": rows_parameter([{"id": new_id()}])}
    read = sa.text("select seq_tup_read from pg_stat_xact_user_tables where relname = 'thing'")
    with database.writing() as connection:
        if not guard:
            for setting in COSTLY_FOR_FEW_ROWS:
                connection.execute(sa.text(f"set local {setting} = on"))
        for _ in range(20):  # the driver prepares what comes often, the server keeps its plan
            connection.execute(find, nobody)
        connection.execute(
            sa.text("insert into thing (id) select gen_random_uuid() from generate_series(1, 500)")
        )
        before = connection.execute(read).scalar_one()
        connection.execute(find, nobody)
        assert (connection.execute(read).scalar_one() > before) is reads_all
    database.dispose()


def test_what_is_not_committed_is_gone(database: Database) -> None:
    thing_id = add_thing(database)
    with database.writing() as connection:
        set_number(connection, thing_id, 1)
    with suppress(ZeroDivisionError), database.writing() as connection:
        set_number(connection, thing_id, 2)
        set_number(connection, thing_id, 1 // 0)
    with database.reading() as connection:
        assert number_of(connection, thing_id) == 0


def test_a_reading_transaction_cannot_write_and_the_next_one_can(database: Database) -> None:
    thing_id = add_thing(database)
    for _ in range(database.engine.pool.size()):  # type: ignore[attr-defined]
        with database.reading() as connection:
            with pytest.raises(sa.exc.DBAPIError, match=r"read-?only"):
                set_number(connection, thing_id, 1)
            connection.rollback()
        with database.writing() as connection:
            set_number(connection, thing_id, 1)


def test_a_reading_transaction_sees_one_state_throughout(database: Database) -> None:
    thing_id = add_thing(database)
    with database.reading() as reader:
        assert number_of(reader, thing_id) == 0
        with database.writing() as writer:
            set_number(writer, thing_id, 1)
            writer.commit()
        assert number_of(reader, thing_id) == 0
    with database.reading() as reader:
        assert number_of(reader, thing_id) == 1


def test_readers_and_a_writer_do_not_wait_for_each_other(database: Database) -> None:
    thing_id = add_thing(database)
    with database.writing() as writer, database.reading() as reader:
        set_number(writer, thing_id, 1)
        assert number_of(reader, thing_id) == 0
        writer.commit()


def test_counting_up_in_many_threads_loses_nothing(database: Database) -> None:
    thing_id = add_thing(database)

    def count_up() -> None:
        for _ in range(10):
            with database.writing() as connection:
                number = connection.execute(
                    sa.select(THING.c.number).where(THING.c.id == thing_id).with_for_update()
                ).scalar_one()
                set_number(connection, thing_id, number + 1)
                connection.commit()

    all_at_once([count_up] * 8)
    with database.reading() as connection:
        assert number_of(connection, thing_id) == 80


def test_now_is_the_moment_it_is_asked_for_not_when_the_transaction_began(
    database: Database,
) -> None:
    with database.writing() as connection:
        connection.execute(sa.select(THING.c.id)).all()
        before = database.now(connection)
        time.sleep(0.02)
        after = database.now(connection)
    assert after - before >= timedelta(milliseconds=20)
    assert after.utcoffset() == timedelta(0)
    assert abs(utc_now() - after) < timedelta(minutes=1)


def test_names_are_held_by_one_transaction_at_a_time(database: Database) -> None:
    inside: list[int] = []
    most: list[int] = []

    def hold(names: Sequence[str]) -> None:
        for _ in range(5):
            with database.writing() as connection:
                database.lock_names(connection, names)
                inside.append(1)
                most.append(len(inside))
                time.sleep(0.002)
                inside.pop()

    orders = [["a", "b"], ["b", "a"], ["b", "b", "c"], ["c", "b"]]
    all_at_once([partial(hold, names) for names in orders])
    assert (len(most), max(most)) == (20, 1)


def test_no_names_are_no_lock(database: Database) -> None:
    with database.writing() as connection:
        database.lock_names(connection, [])


def test_whoever_waits_for_a_turn_waits_longer_than_for_a_lock(
    empty_database: ServiceDatabase,
) -> None:
    opened = Database(empty_database.owner, lock_timeout_ms=50)
    turns: list[str] = []

    def take_turn() -> None:
        with opened.writing() as connection:
            opened.wait_for_turn(connection, "turn", seconds=20)
            turns.append("second")
            if opened.dialect == "postgresql":
                timeout = connection.execute(sa.text("show lock_timeout")).scalar()
                turns.append(str(timeout))

    with opened.writing() as connection:
        opened.wait_for_turn(connection, "turn", seconds=20)
        second = threading.Thread(target=take_turn)
        second.start()
        lock_waited_for(opened, longer_than=0.1)
        turns.append("first")
    second.join()
    opened.dispose()
    assert turns[:2] == ["first", "second"]
    assert turns[2:] in ([], ["50ms"])


def test_sqlite_is_durable_checks_references_and_overwrites_what_it_deletes(
    sqlite_file: Database,
) -> None:
    with sqlite_file.reading() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in (
                "journal_mode",
                "synchronous",
                "foreign_keys",
                "secure_delete",
                "busy_timeout",
            )
        }
    full = 2
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": full,
        "foreign_keys": 1,
        "secure_delete": 1,
        "busy_timeout": 5_000,
    }


@pytest.fixture
def sqlite_file(database_maker: DatabaseMaker) -> Iterator[Database]:
    opened = Database(database_maker.empty("sqlite", "chassis").owner)
    yield opened
    opened.dispose()


def test_postgresql_bounds_every_wait(database_maker: DatabaseMaker) -> None:
    opened = Database(database_maker.empty("postgresql", "chassis").owner, lock_timeout_ms=700)
    with opened.writing() as connection:
        settings = {
            name: connection.execute(sa.text(f"show {name}")).scalar()
            for name in (
                "lock_timeout",
                "statement_timeout",
                "idle_in_transaction_session_timeout",
                "timezone",
                "transaction_isolation",
                "synchronous_commit",
            )
        }
    opened.dispose()
    assert settings == {
        "lock_timeout": "700ms",
        "statement_timeout": "30s",
        "idle_in_transaction_session_timeout": "1min",
        "timezone": "UTC",
        "transaction_isolation": "read committed",
        "synchronous_commit": "on",
    }


def test_no_other_database_is_opened() -> None:
    with pytest.raises(ValueError, match="neither sqlite nor postgresql"):
        Database("mysql://somewhere/else")
