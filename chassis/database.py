"""SQLite and PostgreSQL behind one face: transactions, clocks, locks, many rows or keys as one parameter.

SQLite: WAL, `synchronous=FULL`, foreign keys on, `BEGIN IMMEDIATE` for writes (a deferred `BEGIN` loses updates).
PostgreSQL: psycopg 3, a bounded pool, statement and lock time-outs, READ COMMITTED for writes. Where else the two
differ is listed in docs/architecture.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine

from chassis.clock import utc_now
from chassis.engines import COSTLY_FOR_FEW_ROWS, postgresql_engine, sqlite_engine
from chassis.pooler import is_behind_pooler
from chassis.recordset import recordset

LOCK_TIMEOUT_MS = 1_000


class Database:
    """One service's database."""

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 8,
        lock_timeout_ms: int = LOCK_TIMEOUT_MS,
        writes_only: bool = False,
    ) -> None:
        self.url = sa.make_url(url)
        self.dialect = self.url.get_backend_name()
        self._lock_timeout_ms = lock_timeout_ms
        self._writes_only = writes_only
        if self.dialect == "sqlite":
            self.engine = sqlite_engine(self.url, pool_size)
        elif self.dialect == "postgresql":
            self.engine = postgresql_engine(
                self.url, pool_size, lock_timeout_ms, writes_only=writes_only
            )
        else:
            raise ValueError(f"{self.dialect} is neither sqlite nor postgresql")

    def apart(self) -> Database:
        """Return the same database over one connection for writing alone, which nobody else can use up.

        It is set up for that with its session, or behind a pooler with each BEGIN, which spares each of its
        transactions a statement.
        """
        return Database(
            self.url.render_as_string(hide_password=False),
            pool_size=1,
            lock_timeout_ms=self._lock_timeout_ms,
            writes_only=True,
        )

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Open a read-only transaction that sees one state throughout."""
        options: dict[str, Any] = (
            {"reading": True}
            if self.dialect == "sqlite" or is_behind_pooler(self.url)
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
                if self.dialect == "postgresql" and not self._writes_only:
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

    def beside_clock(self, table: sa.Table | sa.Subquery) -> sa.Select[Any]:
        """Return the statement of `now_beside`: every row of a small table beside the clock, or the clock alone."""
        if self.dialect == "sqlite":
            return sa.select(table)
        clock = sa.select(sa.func.clock_timestamp(type_=sa.DateTime(timezone=True)).label(_NOW))
        told = clock.subquery()
        return sa.select(told.c[_NOW], table).select_from(told.outerjoin(table, sa.true()))

    def now_beside(
        self,
        connection: sa.Connection,
        beside_clock: sa.Select[Any],
        parameters: Mapping[str, Any] | None = None,
    ) -> tuple[datetime, Sequence[sa.Row[Any]]]:
        """Read the decision time, as `now` does, and rows in the same statement; one of nulls stands for none."""
        rows = connection.execute(beside_clock, parameters).all()
        return utc_now() if self.dialect == "sqlite" else rows[0]._mapping[_NOW], rows

    def lock_names(self, connection: sa.Connection, names: Sequence[str]) -> None:
        """Hold so many names until the transaction ends, taken in one order; waits for whoever holds them.

        On SQLite the transaction already holds everything.
        """
        if self.dialect == "postgresql" and names:
            connection.execute(_LOCK_NAMES, {"names": sorted(set(names))})

    def sharing(self, name: str, query: sa.Select[Any]) -> sa.Select[Any]:
        """Return a query that holds a name, together with whoever else shares it, before it locks its first row.

        Whoever holds the name alone (`lock_names`) waits for all of them, and they for that one. What that one changed
        is seen by the statements after this one. On SQLite the transaction already holds everything.
        """
        if self.dialect == "sqlite":
            return query
        taken = sa.func.pg_advisory_xact_lock_shared(sa.func.hashtextextended(name, 0))
        return query.join(sa.select(taken.label("taken")).subquery("shared"), sa.true())

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

    def limit_waiting(self, connection: sa.Connection, *, milliseconds: int) -> None:
        """Wait for each lock at most so long, until the transaction ends. On SQLite there is none to wait for."""
        if self.dialect == "postgresql":
            connection.execute(_LOCK_TIMEOUT, {"ms": f"{milliseconds}"})

    def recordset(
        self, columns: Mapping[str, TypeEngine[Any]], *, name: str = "given"
    ) -> sa.FromClause:
        """Return the rows of the JSON parameter `:rows` as a table: one parameter, however many rows.

        Pass the parameter as `{"rows": rows_parameter([...])}`.
        """
        return recordset(self.dialect, tuple(columns.items()), name)

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


_LOOK_UP_BY_KEY = sa.select(
    *[sa.func.set_config(setting, "off", sa.true()) for setting in COSTLY_FOR_FEW_ROWS]
)
_NOW = "decided_at"
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
