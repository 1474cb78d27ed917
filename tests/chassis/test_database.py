"""SQLite and PostgreSQL behave alike behind one face: types, transactions, clocks, locks, and what an error means."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from chassis.clock import utc_now
from chassis.column_types import Identifier, Instant
from chassis.database import Database
from chassis.engines import COSTLY_FOR_FEW_ROWS
from chassis.faults import Fault, fault_of
from chassis.identifiers import new_id
from chassis.recordset import rows_parameter
from deploy.local.databases import ServiceDatabase
from tests.chassis.batches import all_at_once
from tests.databases import DatabaseMaker
from tests.waiting import lock_waited_for

THINGS = sa.MetaData()
THING = sa.Table(
    "thing",
    THINGS,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("at", Instant),
    sa.Column("name", sa.Text),
    sa.Column("number", sa.BigInteger, nullable=False, server_default="0"),
)
EARLY = datetime(2026, 3, 1, 7, 30, 0, 5, tzinfo=UTC)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, database_maker: DatabaseMaker) -> Iterator[Database]:
    opened = Database(database_maker.empty(request.param, "chassis").owner, pool_size=12)
    with opened.writing() as connection:
        THINGS.create_all(connection)
        connection.commit()
    yield opened
    opened.dispose()


def add_thing(database: Database, **values: Any) -> str:
    thing_id: str = values.setdefault("id", new_id())
    with database.writing() as connection:
        connection.execute(sa.insert(THING).values(**values))
        connection.commit()
    return thing_id


def number_of(connection: sa.Connection, thing_id: str) -> int:
    number: int = connection.execute(
        sa.select(THING.c.number).where(THING.c.id == thing_id)
    ).scalar_one()
    return number


def set_number(connection: sa.Connection, thing_id: str, number: int) -> None:
    connection.execute(sa.update(THING).where(THING.c.id == thing_id).values(number=number))


@pytest.mark.parametrize(
    "instant",
    [EARLY, EARLY.astimezone(timezone(timedelta(hours=9))), datetime(1, 1, 2, tzinfo=UTC)],
)
def test_an_instant_comes_back_in_utc_to_the_microsecond(
    database: Database, instant: datetime
) -> None:
    thing_id = add_thing(database, at=instant)
    with database.reading() as connection:
        at = connection.execute(sa.select(THING.c.at).where(THING.c.id == thing_id)).scalar_one()
    assert at == instant
    assert at.utcoffset() == timedelta(0)


def test_instants_sort_and_compare_as_time_does(database: Database) -> None:
    name = new_id()
    tokyo = timezone(timedelta(hours=9))
    instants = [EARLY + timedelta(microseconds=n * 999_999) for n in range(5)]
    for instant in reversed(instants):
        add_thing(database, at=instant.astimezone(tokyo), name=name)
    later = sa.select(THING.c.at).where(THING.c.name == name, THING.c.at > instants[1])
    with database.reading() as connection:
        assert connection.execute(later.order_by(THING.c.at)).scalars().all() == instants[2:]


def test_an_identifier_is_text_in_python(database: Database) -> None:
    thing_id = add_thing(database)
    with database.reading() as connection:
        found = connection.execute(sa.select(THING.c.id).where(THING.c.id == thing_id)).scalar()
    assert found == thing_id
    assert isinstance(found, str)


def test_a_recordset_is_as_many_rows_as_were_given_in_one_parameter(database: Database) -> None:
    columns = {name: THING.c[name].type for name in ("id", "at", "name", "number")}
    given = database.recordset(columns)
    rows: list[dict[str, Any]] = [
        {"id": new_id(), "at": EARLY, "name": 'Ubah "x"\\ 🎓\n', "number": 2**53 - 1},
        {"id": new_id(), "at": None, "name": None, "number": -1},
    ]
    with database.writing() as connection:
        connection.execute(
            sa.insert(THING).from_select(list(columns), sa.select(*[given.c[c] for c in columns])),
            {"rows": rows_parameter(rows)},
        )
        ids = [row["id"] for row in rows]
        found = connection.execute(
            sa.select(*[THING.c[c] for c in columns])
            .where(THING.c.id.in_(ids))
            .order_by(THING.c.number.desc())
        )
        assert [dict(row._mapping) for row in found] == rows
        nothing = connection.execute(sa.select(given.c.id), {"rows": rows_parameter([])})
        assert nothing.all() == []


def test_a_recordset_takes_no_value_that_json_does_not_have() -> None:
    with pytest.raises(TypeError, match="bytes"):
        rows_parameter([{"name": b"x"}])


def test_keys_in_one_parameter_find_their_rows(database: Database) -> None:
    found, missing = [add_thing(database) for _ in range(3)], new_id()
    select = sa.select(THING.c.id).where(database.is_among(THING.c.id)).order_by(THING.c.id)
    with database.reading() as connection:
        for asked, expected in [([*found, missing, found[0]], sorted(found)), ([], [])]:
            answered = connection.execute(select, {"keys": database.keys(asked)}).scalars()
            assert list(answered) == expected


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


def test_sqlite_is_durable_and_checks_references(sqlite_file: Database) -> None:
    with sqlite_file.reading() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    full = 2
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": full,
        "foreign_keys": 1,
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


def refused_with(state: str) -> sa.exc.DBAPIError:
    class Refused(psycopg.Error):
        sqlstate = state

    return sa.exc.DBAPIError("", {}, Refused("as the server says"))


def failed_with(message: str) -> sa.exc.DBAPIError:
    return sa.exc.OperationalError("", {}, sqlite3.OperationalError(message))


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (refused_with("40001"), Fault.RETRY),
        (refused_with("40P01"), Fault.RETRY),
        (refused_with("55P03"), Fault.LOCKED),
        (refused_with("57014"), Fault.SLOW),
        (refused_with("57P01"), Fault.DISCONNECTED),
        (refused_with("08006"), Fault.DISCONNECTED),
        (refused_with("25P03"), Fault.DISCONNECTED),
        (refused_with("23505"), Fault.PERMANENT),
        (refused_with("42501"), Fault.PERMANENT),
        (failed_with("database is locked"), Fault.RETRY),
        (failed_with("disk I/O error"), Fault.DISCONNECTED),
        (failed_with("connection failed: no route to host"), Fault.DISCONNECTED),
        (failed_with("no such table: disk"), Fault.PERMANENT),
        (sa.exc.IntegrityError("", {}, sqlite3.IntegrityError("x")), Fault.PERMANENT),
        (
            sa.exc.DBAPIError("", {}, Exception("x"), connection_invalidated=True),
            Fault.DISCONNECTED,
        ),
        (sa.exc.TimeoutError("the pool is empty"), Fault.BUSY),
        (ValueError("database is locked"), Fault.PERMANENT),
    ],
    ids=str,
)
def test_an_error_means_the_same_wherever_it_is_met(error: Exception, fault: Fault) -> None:
    assert fault_of(error) is fault
