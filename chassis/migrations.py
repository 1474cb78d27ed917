"""Bring a service's schema up to date: `python -m chassis.migrations services.<name>`.

Runs as the owner of the schema (MIGRATION_DATABASE_URL), then grants the application's role (the user of
DATABASE_URL) what each table allows: append-only tables can be read and added to, others can also be changed.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from types import ModuleType

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from chassis.database import Database
from chassis.pooler import UnknownPoolerError
from chassis.settings import Environment, SettingsError

MIGRATORS_WAIT = 25
"""Seconds to wait for another process that is migrating the same database."""


def migrate(service: str, *, owner_url: str, application_url: str | None = None) -> None:
    """Upgrade the schema of a service package (`services.catalog`) to its newest version."""
    package = importlib.import_module(f"{service}.storage")
    database = Database(owner_url, pool_size=2)
    config = _config(package)
    try:
        with database.engine.connect() as plain:
            connection = plain.execution_options(writing=True)
            config.attributes["connection"] = connection
            with connection.begin():
                database.wait_for_turn(connection, "migrations", seconds=MIGRATORS_WAIT)
                command.upgrade(config, "head")
                if application_url is not None:
                    grant(connection, package.METADATA, role=sa.make_url(application_url).username)
    finally:
        database.dispose()


def _config(package: ModuleType) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(package.__path__[0]) / "migrations"))
    return config


def grant(connection: sa.Connection, metadata: sa.MetaData, *, role: str | None) -> None:
    """Give the application's role on PostgreSQL exactly what each table allows."""
    if connection.dialect.name != "postgresql" or role is None:
        return
    if role == connection.execute(sa.text("select current_user")).scalar_one():
        return
    quoted = connection.dialect.identifier_preparer.quote(role)
    connection.execute(sa.text(f"grant usage on schema public to {quoted}"))
    connection.execute(sa.text(f"grant select on alembic_version to {quoted}"))
    for table in metadata.sorted_tables:
        connection.execute(sa.text(f"revoke all on {table.name} from {quoted}"))
        connection.execute(sa.text(f"grant {_rights(table)} on {table.name} to {quoted}"))


def _rights(table: sa.Table) -> str:
    if table.info.get("append_only"):
        return "select, insert"
    if "update_only" in table.info:
        return f"select, update ({', '.join(table.info['update_only'])})"
    return "select, insert, update, delete"


_NO_RIGHT = "42501"
"""PostgreSQL's SQLSTATE for a right that is missing."""


def main(arguments: list[str]) -> int:
    """Migrate the service named on the command line."""
    environment = Environment(os.environ)
    try:
        application_url = environment.text("DATABASE_URL")
        owner_url = environment.text("MIGRATION_DATABASE_URL", application_url)
    except SettingsError as error:
        print(f"migrations: {error}", file=sys.stderr)
        return 2
    try:
        migrate(arguments[0], owner_url=owner_url, application_url=application_url)
    except UnknownPoolerError as error:
        name = (
            "MIGRATION_DATABASE_URL" if "MIGRATION_DATABASE_URL" in os.environ else "DATABASE_URL"
        )
        print(f"migrations: in {name} {error}", file=sys.stderr)
        return 2
    except (sa.exc.ProgrammingError, sa.exc.OperationalError) as error:
        print(
            f"migrations: {_said(error, own='MIGRATION_DATABASE_URL' in os.environ)}",
            file=sys.stderr,
        )
        return 1
    return 0


def _said(error: sa.exc.DBAPIError, *, own: bool) -> str:
    """Return in one line what the database said, and what to do where it knew the role but did not let it."""
    told = " ".join(str(error.orig).split())
    if getattr(error.orig, "sqlstate", None) == _NO_RIGHT and not own:
        return f"{told}; name the owner of the schema in MIGRATION_DATABASE_URL"
    return told


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
