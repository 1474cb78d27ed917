"""How far a service's schema is, as processes see it that do not migrate it.

They do so without the library that migrates: it would cost each of them a good part of its start, and 10 MB.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from chassis.database import Database
from chassis.observability import logger
from chassis.settings import SettingsError

_VERSION = sa.table("alembic_version", sa.column("version_num"))


def schema_check(service: str, database: Database) -> Callable[[], bool]:
    """Return a check of whether a service's database can be reached and its schema is not behind this code.

    A schema that this code does not know is a later one: a release migrates before the last one stops.
    """
    *earlier, _ = revisions(service)
    behind = {None, *earlier}

    def is_current() -> bool:
        revision = _revision(database)
        if revision in behind:
            logger().error("schema-behind", revision=revision, remedy=_remedy(service))
        return revision not in behind

    return is_current


def refuse_unmigrated(service: str, database: Database, metadata: sa.MetaData) -> None:
    """Raise `SettingsError` where a service's database has no schema; of one that is behind tell the log.

    Also where it is at this code's revision and lacks what this code needs: its migrations were others of that name.
    """
    revision = _revision(database)
    if revision is None:
        raise SettingsError(f"the database in DATABASE_URL has no schema; {_remedy(service)}")
    if revision == revisions(service)[-1] and (lacking := _lacking(database, metadata)):
        raise SettingsError(
            f"the schema in DATABASE_URL is at revision {revision} and lacks {', '.join(lacking)}: a version that was"
            " never released made it, or somebody changed it. Migrating changes nothing; restore a backup of a"
            " release, or make the database anew"
        )
    schema_check(service, database)()


def revisions(service: str) -> list[str]:
    """Return the revisions of a service package, the newest last: the names of its migrations begin with them."""
    package = importlib.import_module(f"{service}.storage")
    files = (Path(package.__path__[0]) / "migrations" / "versions").glob("[0-9]*.py")
    return sorted(file.stem.partition("_")[0] for file in files)


def _revision(database: Database) -> str | None:
    with database.reading() as connection:
        if not sa.inspect(connection).has_table(_VERSION.name):
            return None
        return connection.execute(sa.select(_VERSION.c.version_num)).scalar()


def _lacking(database: Database, metadata: sa.MetaData) -> list[str]:
    """Name the columns that this code knows and the database does not have."""
    with database.reading() as connection:
        found = sa.inspect(connection).get_multi_columns()
    there = {(table, column["name"]) for (_, table), columns in found.items() for column in columns}
    return [
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if (table.name, column.name) not in there
    ]


def _remedy(service: str) -> str:
    return f"run: python -m chassis.migrations {service}"
