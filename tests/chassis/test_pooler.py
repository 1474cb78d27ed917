"""An address that leads through a pooler: each transaction brings its settings, and none of them stays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from chassis.database import Database
from chassis.engines import COSTLY_FOR_FEW_ROWS
from chassis.pooler import UnknownPoolerError
from chassis.service_settings import service_settings
from chassis.settings import Environment, SettingsError
from chassis.untold_pooler import refuse_untold_pooler
from deploy.local.databases import connected
from tests.chassis.test_production import SAFE
from tests.databases import DatabaseMaker

LOOKED_AT = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "timezone")
OURS = {
    "statement_timeout": "30s",
    "lock_timeout": "700ms",
    "idle_in_transaction_session_timeout": "1min",
    "timezone": "UTC",
}
THE_SERVERS = {
    "statement_timeout": "0",
    "lock_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "timezone": "Asia/Jakarta",
}
WORD = "?pooler=transaction"


@pytest.fixture(scope="module")
def address(database_maker: DatabaseMaker, postgres_server: str) -> str:
    """A database whose sessions begin in another zone than ours."""
    owner = database_maker.empty("postgresql", "chassis").owner
    with connected(postgres_server) as server:
        name = sa.make_url(owner).database
        server.execute(f"alter database {name} set timezone = 'Asia/Jakarta'")
    return owner


@contextmanager
def opened(address: str, *, apart: bool = False) -> Iterator[Database]:
    """Open a database that has one connection."""
    database = Database(address, pool_size=1, lock_timeout_ms=700)
    one = database.apart() if apart else database
    yield one
    one.dispose()


def shown(connection: sa.Connection, *names: str) -> dict[str, str]:
    return {name: connection.execute(sa.text(f"show {name}")).scalar_one() for name in names}


def left_behind(database: Database) -> dict[str, str]:
    """Return what whoever gets the server's connection next would meet."""
    with database.engine.connect() as connection:
        connection.rollback()
        driver = connection.connection.driver_connection
        assert driver is not None
        names = (*LOOKED_AT, *COSTLY_FOR_FEW_ROWS, "jit")
        found = {name: str(driver.execute(f"show {name}").fetchone()[0]) for name in names}
        driver.rollback()
        return found


@pytest.mark.parametrize("apart", [False, True])
def test_a_transaction_begins_with_its_settings_and_leaves_none(address: str, apart: bool) -> None:
    with opened(address + WORD, apart=apart) as database:
        with database.writing() as connection:
            assert shown(connection, *LOOKED_AT) == OURS
            assert set(shown(connection, *COSTLY_FOR_FEW_ROWS, "jit").values()) == {"off"}
            connection.commit()
        with database.writing() as connection, pytest.raises(sa.exc.DataError):
            connection.execute(sa.text("select 1 / 0"))
        left = left_behind(database)
        assert {name: left[name] for name in LOOKED_AT} == THE_SERVERS
        assert {left[name] for name in (*COSTLY_FOR_FEW_ROWS, "jit")} == {"on"}


def test_a_session_of_our_own_keeps_them(address: str) -> None:
    """Else the test before would show nothing."""
    with opened(address) as database:
        with database.writing() as connection:
            assert shown(connection, *LOOKED_AT) == OURS
        left = left_behind(database)
    assert {name: left[name] for name in LOOKED_AT} == OURS


def test_what_reads_sees_one_state_and_writes_nothing(address: str) -> None:
    wanted = {"transaction_isolation": "repeatable read", "transaction_read_only": "on"}
    with opened(address + WORD) as database:
        with database.reading() as connection:
            assert shown(connection, *LOOKED_AT) == OURS
            assert shown(connection, *wanted) == wanted
            with pytest.raises(sa.exc.DBAPIError, match="read-only transaction"):
                connection.execute(sa.text("create table refused ()"))
        with database.writing() as connection:
            assert shown(connection, *wanted) == {
                "transaction_isolation": "read committed",
                "transaction_read_only": "off",
            }


@pytest.mark.parametrize(("word", "prepared"), [(WORD, False), ("", True)])
def test_no_statement_is_prepared(address: str, word: str, prepared: bool) -> None:
    with opened(address + word) as database, database.writing() as connection:
        for number in range(20):
            connection.execute(sa.text("select cast(:number as int)"), {"number": number})
        count = connection.execute(sa.text("select count(*) from pg_prepared_statements"))
        assert (count.scalar_one() > 0) is prepared


def test_a_server_that_is_reached_directly_is_taken_for_no_pooler(address: str) -> None:
    for word in (WORD, ""):
        with opened(address + word) as database:
            refuse_untold_pooler(database)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://catalog_app@/catalog?pooler=session",
        "postgresql://catalog_app@/catalog?pooler=transaction&pooler=transaction",
        "sqlite:////data/catalog?pooler=transaction",
    ],
)
def test_another_word_than_the_one_that_is_known_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL pooler must be transaction"):
        service_settings(Environment({**SAFE, "DATABASE_URL": url}))


def test_no_database_is_opened_by_another_word() -> None:
    with pytest.raises(UnknownPoolerError, match="pooler must be transaction"):
        Database("postgresql://catalog_app@/catalog?pooler=statement")
