"""SQLite and PostgreSQL behind one face. Whatever differs between the two lives in this file.

SQLite: WAL, `synchronous=FULL`, foreign keys on, `BEGIN IMMEDIATE` for writes (a deferred `BEGIN` loses updates).
PostgreSQL: psycopg 3, a bounded pool, statement and lock time-outs, READ COMMITTED for writes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import Enum
from typing import Any

import psycopg
import sqlalchemy as sa
from gevent.monkey import is_module_patched
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeEngine

from chassis.clock import read_instant, utc_now, write_instant
from chassis.cooperative_connection import CooperativeConnection

SQLITE_BUSY_MS = 5_000
STATEMENT_TIMEOUT_MS = 30_000
LOCK_TIMEOUT_MS = 1_000
IDLE_IN_TRANSACTION_MS = 60_000


class Instant(sa.types.TypeDecorator[datetime]):
    """An aware instant: `timestamptz` on PostgreSQL, sortable RFC 3339 text on SQLite."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.String(27))
        return dialect.type_descriptor(sa.DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        return write_instant(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, _: Dialect) -> datetime | None:
        return read_instant(value) if isinstance(value, str) else value


class Identifier(sa.types.TypeDecorator[str]):
    """A UUID, in Python always its canonical text: `uuid` on PostgreSQL, text on SQLite."""

    impl = sa.String(36)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.String(36))
        return dialect.type_descriptor(postgresql.UUID(as_uuid=False))


class Fault(Enum):
    """What a database error means for the work that met it."""

    RETRY = "the transaction lost against another; the same again may succeed"
    LOCKED = "somebody else held a lock for too long"
    BUSY = "no connection came free in time; nothing was begun"
    DISCONNECTED = "the connection or the disk failed; whether a COMMIT took effect is unknown"
    PERMANENT = "the same again would fail again"


_FAULT_OF_SQLSTATE = {
    "40001": Fault.RETRY,
    "40P01": Fault.RETRY,
    "55P03": Fault.LOCKED,
    "57014": Fault.LOCKED,
    "25P03": Fault.DISCONNECTED,
    "57P01": Fault.DISCONNECTED,
    "57P02": Fault.DISCONNECTED,
    "57P03": Fault.DISCONNECTED,
    "57P05": Fault.DISCONNECTED,
}


def fault_of(error: BaseException) -> Fault:
    """Tell what an error raised by the database means."""
    if isinstance(error, sa.exc.TimeoutError):
        return Fault.BUSY
    if not isinstance(error, sa.exc.DBAPIError):
        return Fault.PERMANENT
    if error.connection_invalidated:
        return Fault.DISCONNECTED
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return (
            Fault.DISCONNECTED
            if state.startswith("08")
            else _FAULT_OF_SQLSTATE.get(state, Fault.PERMANENT)
        )
    message = str(error.orig)
    if "database is locked" in message or "database table is locked" in message:
        return Fault.RETRY
    lost = "connection" in message.lower() or "disk I/O error" in message
    is_lost = lost and isinstance(error, sa.exc.OperationalError)
    return Fault.DISCONNECTED if is_lost else Fault.PERMANENT


class Database:
    """One service's database."""

    def __init__(
        self, url: str, *, pool_size: int = 8, lock_timeout_ms: int = LOCK_TIMEOUT_MS
    ) -> None:
        self.url = sa.make_url(url)
        self.dialect = self.url.get_backend_name()
        self._lock_timeout_ms = lock_timeout_ms
        if self.dialect == "sqlite":
            self.engine = _sqlite_engine(self.url, pool_size)
        elif self.dialect == "postgresql":
            self.engine = _postgresql_engine(self.url, pool_size, lock_timeout_ms)
        else:
            raise ValueError(f"{self.dialect} is neither sqlite nor postgresql")

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Open a read-only transaction that sees one state throughout."""
        options: dict[str, Any] = (
            {"reading": True}
            if self.dialect == "sqlite"
            else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )
        with self.engine.connect() as plain:
            connection = plain.execution_options(**options)
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Open a transaction that will write. Only the two commit sites use this; nobody else commits.

        Rolls back unless the caller commits. On SQLite the write lock is taken at once.
        """
        with self.engine.connect() as plain:
            connection = plain.execution_options(writing=True)
            transaction = connection.begin()
            try:
                if self.dialect == "postgresql":
                    connection.execute(_LOOK_UP_BY_KEY)
                yield connection
            except BaseException:
                if not transaction.is_active and not connection.invalidated:
                    # A COMMIT that failed may have left the transaction open, and the pool would not end it.
                    connection.invalidate()
                raise
            finally:
                if transaction.is_active:
                    transaction.rollback()

    def now(self, connection: sa.Connection) -> datetime:
        """Read the decision time. Call it after the locks are held.

        PostgreSQL's own clock (one for any number of machines), not `now()`, which is the transaction's start.
        """
        if self.dialect == "sqlite":
            return utc_now()
        instant: datetime = connection.execute(_CLOCK).scalar_one()
        return instant

    def lock_names(self, connection: sa.Connection, names: Sequence[str]) -> None:
        """Hold so many names until the transaction ends, taken in one order; waits for whoever holds them.

        On SQLite the transaction already holds everything.
        """
        if self.dialect == "postgresql" and names:
            connection.execute(_LOCK_NAMES, {"names": sorted(set(names))})

    def try_names(self, connection: sa.Connection, names: Sequence[str]) -> set[str]:
        """Hold names until the transaction ends; return those that nobody else holds, without waiting for any.

        On SQLite the transaction already holds everything.
        """
        if self.dialect == "sqlite" or not names:
            return set(names)
        tried = connection.execute(_TRY_NAMES, {"names": sorted(set(names))})
        return {name for name, is_held in tried if is_held}

    def wait_for_turn(self, connection: sa.Connection, name: str, *, seconds: int) -> None:
        """Hold one name until the transaction ends, waiting longer for it than for any other lock.

        On SQLite the transaction has had its turn when it began.
        """
        if self.dialect == "postgresql":
            connection.execute(_LOCK_TIMEOUT, {"ms": f"{seconds * 1000}"})
            self.lock_names(connection, [name])
            connection.execute(_LOCK_TIMEOUT, {"ms": f"{self._lock_timeout_ms}"})

    def recordset(
        self, columns: Mapping[str, TypeEngine[Any]], *, name: str = "given"
    ) -> sa.FromClause:
        """Return the rows of the JSON parameter `:rows` as a table: one parameter, however many rows.

        Pass the parameter as `{"rows": rows_parameter([...])}`.
        """
        return _recordset(self.dialect, tuple(columns.items()), name)

    def is_among(self, column: sa.Column[str]) -> sa.ColumnElement[bool]:
        """Tell of a column whether it holds one of the keys in the parameter `:keys`, by its index.

        Pass the parameter as `{"keys": database.keys([...])}`.
        """
        if self.dialect == "postgresql":
            keys = sa.bindparam("keys", type_=postgresql.ARRAY(sa.Text))
            return column == sa.any_(sa.cast(keys, postgresql.ARRAY(column.type)))
        each = sa.func.json_each(sa.bindparam("keys", type_=sa.Text)).table_valued("value")
        return column.in_(sa.select(each.c.value))

    def keys(self, keys: Iterable[str]) -> list[str] | str:
        """Write keys as the one parameter of `is_among`: each once, sorted."""
        given = sorted(set(keys))
        return given if self.dialect == "postgresql" else json.dumps(given)

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


_LOOK_UP_BY_KEY = sa.text(
    "select set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),"
    " set_config('enable_mergejoin', 'off', true)"
)
"""Every statement of a write finds its rows by key. A plan that was kept from when a table was small reads all of it
for every batch, until the table is next analysed; a wave that opens fills it long before.
"""

_CLOCK = sa.select(sa.func.clock_timestamp(type_=sa.DateTime(timezone=True)))
_LOCK_TIMEOUT = sa.text("select set_config('lock_timeout', :ms, true)")
_TRY_NAMES = sa.text(
    "select name, pg_try_advisory_xact_lock(hashtextextended(name, 0))"
    " from unnest(cast(:names as text[])) as given(name)"
)
_LOCK_NAMES = sa.text(
    "select pg_advisory_xact_lock(hashtextextended(name, 0))"
    " from unnest(cast(:names as text[])) with ordinality as given(name, place) order by place"
)


def rows_parameter(rows: Sequence[Mapping[str, Any]]) -> str:
    """Write rows as the one JSON parameter of a `recordset`; instants as text."""
    return _ROWS.encode(rows)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return write_instant(value)
    raise TypeError(f"{type(value).__name__} cannot be written into a recordset")


_ROWS = json.JSONEncoder(default=_plain, ensure_ascii=False, separators=(",", ":"))


def _recordset(
    dialect: str, columns: tuple[tuple[str, TypeEngine[Any]], ...], name: str
) -> sa.FromClause:
    rows = sa.bindparam("rows", type_=sa.Text)
    if dialect == "postgresql":
        table = sa.func.json_to_recordset(sa.cast(rows, _PlainJson)).table_valued(
            *[sa.column(column, type_) for column, type_ in columns]
        )
        return table.render_derived(name=name, with_types=True)
    each = sa.func.json_each(rows).table_valued("value", name=f"{name}_each")
    return sa.select(
        *[
            sa.type_coerce(sa.func.json_extract(each.c.value, f"$.{column}"), type_).label(column)
            for column, type_ in columns
        ]
    ).subquery(name)


class _PlainJson(sa.types.UserDefinedType[str]):
    """PostgreSQL's `json`, given and taken as text: our rows are written already."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "json"


def _sqlite_engine(url: sa.URL, pool_size: int) -> sa.Engine:
    engine = sa.create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5,
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
            f"busy_timeout={SQLITE_BUSY_MS}",
        ):
            connection.execute(f"PRAGMA {pragma}")

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


def _postgresql_engine(url: sa.URL, pool_size: int, lock_timeout_ms: int) -> sa.Engine:
    engine = sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5,
        pool_use_lifo=True,
        connect_args={"connect_timeout": 5, "application_name": "service"},
    )
    if is_module_patched("select"):
        sa.event.listen(engine, "do_connect", _connect_cooperatively)

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        connection.execute(
            f"set statement_timeout = {STATEMENT_TIMEOUT_MS};"
            f"set lock_timeout = {lock_timeout_ms};"
            f"set idle_in_transaction_session_timeout = {IDLE_IN_TRANSACTION_MS};"
            "set jit = off;"  # compiling a short statement takes longer than the statement
            "set timezone = 'UTC'"
        )
        connection.commit()

    return engine
