"""How connections to each database are made and set up; nobody but `chassis.database` asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import psycopg
import sqlalchemy as sa
from gevent.monkey import is_module_patched
from psycopg.types.string import TextLoader

from chassis.cooperative_connection import CooperativeConnection
from chassis.digest_in_sql import SQLITE_FUNCTION, sha256_of_text
from chassis.pooler import as_libpq_knows_it, is_behind_pooler

SQLITE_BUSY_MS = 5_000
STATEMENT_TIMEOUT_MS = 30_000
IDLE_IN_TRANSACTION_MS = 60_000

COSTLY_FOR_FEW_ROWS = ("enable_seqscan", "enable_hashjoin", "enable_mergejoin")
"""Ways to read a table which a transaction that callers wait for does without: it finds its rows by key.

A plan that was kept from when a table was small reads all of it for every batch, until the table is next analysed; a
crowd that comes at once fills it long before. A statement that no index serves still reads the whole table: switched
off, such plans are dearer, not forbidden.
"""

_NOTICE_SILENCE = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": STATEMENT_TIMEOUT_MS + 5_000,
}
"""Past the server's own time-outs the connection is given up: a network that swallows packets tells nobody."""

_LEAVES_NOTHING_BEHIND: dict[str, Any] = {"prepare_threshold": None, "autocommit": True}
"""Behind a pooler: no statement is prepared on a server connection, and no BEGIN comes but ours."""


def sqlite_engine(url: sa.URL, pool_size: int) -> sa.Engine:
    """Make the engine for a file."""
    engine = sa.create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5,
        json_deserializer=orjson.loads,
        connect_args={
            "isolation_level": None,
            "timeout": SQLITE_BUSY_MS / 1000,
            "check_same_thread": False,
        },
        poolclass=sa.pool.QueuePool,
    )

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
            f"busy_timeout={SQLITE_BUSY_MS}",
        ):
            connection.execute(f"PRAGMA {pragma}")
        connection.create_function(SQLITE_FUNCTION, 1, sha256_of_text, deterministic=True)

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        options = connection.get_execution_options()
        query_only = "ON" if options.get("reading") else "OFF"
        connection.connection.cursor().execute(f"PRAGMA query_only={query_only}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writing") else "BEGIN")

    return engine


def _connect_cooperatively(
    _: Any, __: Any, arguments: Any, options: Any
) -> psycopg.Connection[Any]:
    return CooperativeConnection.connect(*arguments, **options)


def postgresql_engine(
    url: sa.URL, pool_size: int, lock_timeout_ms: int, *, writes_only: bool
) -> sa.Engine:
    """Make the engine for a server; a session starts with its time-outs, and one that only writes with its plans.

    Behind a pooler each transaction does.
    """
    engine = sa.create_engine(
        as_libpq_knows_it(url).set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5,
        pool_use_lifo=True,
        json_deserializer=orjson.loads,
        use_native_hstore=False,  # nothing here is one; else the server is asked for it
        connect_args={
            "connect_timeout": 5,
            "application_name": "service",
            **_NOTICE_SILENCE,
            **(_LEAVES_NOTHING_BEHIND if is_behind_pooler(url) else {}),
        },
    )
    if is_module_patched("select"):
        sa.event.listen(engine, "do_connect", _connect_cooperatively)

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        # Ids are text in Python; an object made of each on the way takes a tenth of what reading many rows takes.
        connection.adapters.register_loader("uuid", TextLoader)

    settings = _settings(lock_timeout_ms, writes_only=writes_only)
    if is_behind_pooler(url):
        _set_up_transactions(engine, settings)
    else:
        _set_up_sessions(engine, settings)
    return engine


def _settings(lock_timeout_ms: int, *, writes_only: bool) -> dict[str, str]:
    switched_off = ("jit", *COSTLY_FOR_FEW_ROWS) if writes_only else ("jit",)
    return {
        "statement_timeout": f"{STATEMENT_TIMEOUT_MS}",
        "lock_timeout": f"{lock_timeout_ms}",
        "idle_in_transaction_session_timeout": f"{IDLE_IN_TRANSACTION_MS}",
        # jit: compiling a short statement takes longer than the statement
        **dict.fromkeys(switched_off, "off"),
        "timezone": "'UTC'",
    }


def _set_up_sessions(engine: sa.Engine, settings: Mapping[str, str]) -> None:
    text = "; ".join(f"set {name} = {value}" for name, value in settings.items())

    @sa.event.listens_for(engine, "connect")
    def set_up(connection: Any, _: Any) -> None:
        connection.execute(text)
        connection.commit()


def _set_up_transactions(engine: sa.Engine, settings: Mapping[str, str]) -> None:
    """Begin each transaction with its settings, in one round trip; a COMMIT or ROLLBACK takes them back."""
    text = "".join(f"; set local {name} = {value}" for name, value in settings.items())
    reads = "begin isolation level repeatable read read only" + text
    others = "begin" + text

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        is_reading = connection.get_execution_options().get("reading")
        connection.exec_driver_sql(reads if is_reading else others)
