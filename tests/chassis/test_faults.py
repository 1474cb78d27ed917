"""What an error means, alike on both databases."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest
import sqlalchemy as sa

from chassis.database import Database
from chassis.fault_facts import facts_of
from chassis.faults import Fault, fault_of
from chassis.terminal import why_unusable
from deploy.local.databases import ServiceDatabase

SECRET = "3171234567890123"


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
        (refused_with("53100"), Fault.FULL),
        (refused_with("55P03"), Fault.LOCKED),
        (refused_with("57014"), Fault.SLOW),
        (refused_with("57P01"), Fault.DISCONNECTED),
        (refused_with("08006"), Fault.DISCONNECTED),
        (refused_with("25P03"), Fault.DISCONNECTED),
        (refused_with("23505"), Fault.PERMANENT),
        (refused_with("42501"), Fault.PERMANENT),
        (failed_with("database is locked"), Fault.RETRY),
        (failed_with("database or disk is full"), Fault.FULL),
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


def raised_by(place: ServiceDatabase, *statements: str) -> sa.exc.SQLAlchemyError:
    """Return what the last statement of a transaction raises; each is given a parameter that must not be told."""
    database = Database(place.owner, pool_size=1)
    try:
        with database.writing() as connection:
            for statement in statements:
                connection.execute(sa.text(statement), {"secret": SECRET})
    except sa.exc.SQLAlchemyError as error:
        return error
    finally:
        database.dispose()
    raise AssertionError(statements)


MADE = "create table made (here text unique)"
TAKEN = "insert into made (here) values (:secret)"


@pytest.mark.parametrize(
    ("statements", "on_postgresql", "on_sqlite", "is_schema"),
    [
        (["select :secret from nowhere"], "42P01", "SQLITE_ERROR", True),
        ([MADE, "select nowhere from made where here = :secret"], "42703", "SQLITE_ERROR", True),
        ([MADE, "insert into made (nowhere) values (:secret)"], "42703", "SQLITE_ERROR", True),
        ([MADE, TAKEN, TAKEN], "23505", "SQLITE_CONSTRAINT_UNIQUE", False),
        (["selec :secret"], "42601", "SQLITE_ERROR", False),
    ],
)
def test_a_log_is_told_the_code_and_whether_to_migrate_and_nothing_of_the_statement(
    statements: list[str],
    on_postgresql: str,
    on_sqlite: str,
    is_schema: bool,
    dialect: str,
    empty_database: ServiceDatabase,
) -> None:
    error = raised_by(empty_database, *statements)
    facts = facts_of(error)
    code = {"sqlstate": on_postgresql} if dialect == "postgresql" else {"sqlite_error": on_sqlite}
    assert code.items() <= facts.items()
    assert ("chassis.migrations" in facts.get("remedy", "")) is is_schema
    assert SECRET in str(error)
    for told in (str(facts), why_unusable(error)):
        assert SECRET not in told
        assert "made" not in told


@pytest.mark.parametrize("error", [ValueError(SECRET), sa.exc.TimeoutError(SECRET)], ids=str)
def test_of_what_no_database_said_nothing_is_told(error: Exception) -> None:
    assert facts_of(error) == {}


def test_a_person_at_a_terminal_is_told_what_is_wrong_with_the_database(
    empty_database: ServiceDatabase,
) -> None:
    away = sa.exc.OperationalError("", {}, psycopg.OperationalError(SECRET))
    assert why_unusable(away) == (
        "the database in DATABASE_URL: cannot be reached, or is not migrated (OperationalError)"
    )
    missing = why_unusable(raised_by(empty_database, "select 1 from nowhere"))
    assert "run: python -m chassis.migrations" in missing
    assert "else migrating again changes nothing" in missing


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("127.0.0.1:9/catalog", 'connection to server at "127.0.0.1", port 9 failed: Connection'),
        ("nowhere.invalid/catalog", "failed to resolve host 'nowhere.invalid'"),
        (
            "127.0.0.1:9/catalog?sslmode=requir",
            'connection is bad: invalid sslmode value: "requir"',
        ),
    ],
)
def test_what_kept_it_from_connecting_is_told_without_the_password(address: str, said: str) -> None:
    database = Database(f"postgresql://catalog_app:{SECRET}@{address}", pool_size=1)
    with pytest.raises(sa.exc.OperationalError) as raised, database.reading():
        pass
    told = why_unusable(raised.value)
    assert told.startswith(f"the database in DATABASE_URL cannot be reached: {said}")
    assert SECRET not in told
    assert "\n" not in told
