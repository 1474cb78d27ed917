"""Whether what the database says is committed survives a loss of power, checked at start."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.database import Database
from chassis.settings import SettingsError

_SWITCHED_OFF = sa.text(
    "select name from pg_catalog.pg_settings where setting = 'off'"
    " and name in ('fsync', 'full_page_writes', 'synchronous_commit') order by name"
)
_NOT_LOGGED = sa.text(
    "select relname from pg_catalog.pg_class where relpersistence <> 'p' and oid in"
    " (select to_regclass(name) from unnest(cast(:names as text[])) as given(name)) order by relname"
)
_FULL = 2


def refuse_lossy(database: Database, metadata: sa.MetaData) -> None:
    """Raise `SettingsError` where the database may lose what it committed, as this process's sessions find it.

    On PostgreSQL also where a role, a database or a table alone is set up so.
    """
    with database.reading() as connection:
        if database.dialect == "sqlite":
            _refuse_lossy_file(connection)
            return
        names = [table.name for table in metadata.sorted_tables]
        switched_off = [*connection.execute(_SWITCHED_OFF).scalars()]
        not_logged = [*connection.execute(_NOT_LOGGED, {"names": names}).scalars()]
    if switched_off:
        raise SettingsError(
            f"PostgreSQL may lose what it committed: {', '.join(switched_off)} must not be off"
        )
    if not_logged:
        raise SettingsError(
            f"PostgreSQL may lose what it committed: {', '.join(not_logged)} must be logged"
        )


def _refuse_lossy_file(connection: sa.Connection) -> None:
    mode = connection.exec_driver_sql("pragma journal_mode").scalar_one()
    synchronous = connection.exec_driver_sql("pragma synchronous").scalar_one()
    if mode != "wal" or synchronous < _FULL:
        raise SettingsError(
            "SQLite may lose what it committed: DATABASE_URL must name a file on a disk, to be kept with"
            f" journal_mode=WAL and synchronous=FULL; it is {mode} and {synchronous}"
        )
