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


def refuse_unmigrated(service: str, database: Database) -> None:
    """Raise `SettingsError` where a service's database has no schema at all; of one that is behind tell the log."""
    if _revision(database) is None:
        raise SettingsError(f"the database in DATABASE_URL has no schema; {_remedy(service)}")
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


def _remedy(service: str) -> str:
    return f"run: python -m chassis.migrations {service}"
