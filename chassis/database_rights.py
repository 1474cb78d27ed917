"""What the application's database role may do, checked at start: it must not be able to rewrite the journal.

`open_guarded` opens a database for a process that stays, after all checks.
"""

from __future__ import annotations

import sqlalchemy as sa

from chassis.database import Database
from chassis.durability import refuse_lossy
from chassis.schema_state import refuse_unmigrated
from chassis.service_settings import ServiceSettings
from chassis.settings import SettingsError
from chassis.untold_pooler import refuse_untold_pooler

_REWRITABLE = sa.text(
    """
    select relation.relname
    from pg_catalog.pg_class as relation
    where relation.oid in (select cast(name as regclass) from unnest(cast(:names as text[])) as name)
      and (pg_has_role(current_user, relation.relowner, 'member')
           or has_table_privilege(relation.oid, 'delete, truncate')
           or relation.relname = any(:append_only) and has_any_column_privilege(relation.oid, 'update'))
    order by relation.relname
    """
)
_BEYOND_TABLES = sa.text(
    """
    select distinct role.rolname
    from pg_catalog.pg_roles as role
    where pg_has_role(current_user, role.oid, 'member')
      and (role.rolsuper or role.rolcreaterole
           or role.rolname in ('pg_write_server_files', 'pg_execute_server_program'))
    order by role.rolname
    """
)
"""Roles with which somebody could make themselves the owner, or write over the server's files."""


def refuse_excess_rights(database: Database, metadata: sa.MetaData) -> None:
    """Raise `SettingsError` where this process's role could change or remove what must only grow.

    Looks at the tables marked `append_only` or `update_only`. A superuser and the tables' owner are refused too, and
    who may create roles or reach the server's files. SQLite knows no roles: there the triggers alone stand guard.
    """
    if database.dialect != "postgresql":
        return
    guarded = [t.name for t in metadata.sorted_tables if {"append_only", "update_only"} & {*t.info}]
    append_only = [t.name for t in metadata.sorted_tables if t.info.get("append_only")]
    with database.reading() as connection:
        rewritable = connection.execute(
            _REWRITABLE, {"names": guarded, "append_only": append_only}
        ).scalars()
        names = ", ".join(rewritable)
        mighty = ", ".join(connection.execute(_BEYOND_TABLES).scalars())
    if names:
        raise SettingsError(
            f"the role in DATABASE_URL could rewrite {names}; give the application a role of its own"
            " and run the migrations as another (MIGRATION_DATABASE_URL)"
        )
    if mighty:
        raise SettingsError(
            f"the role in DATABASE_URL could give itself the right to rewrite the journal: it is, or may become,"
            f" {mighty}; give the application a role that may only log in"
        )


def open_guarded(
    service: str,
    settings: ServiceSettings,
    metadata: sa.MetaData,
    *,
    pool_size: int | None = None,
) -> Database:
    """Open the database of a service (`services.catalog`) for a process that stays.

    It is reached as was said, has a schema, is durable and safe from the process; in development anything goes. Raises
    `SettingsError`, with the database's connections closed.
    """
    database = Database(settings.database_url, pool_size=pool_size or settings.pool_size)
    if not settings.is_development:
        try:
            refuse_untold_pooler(database)
            refuse_unmigrated(service, database, metadata)
            refuse_excess_rights(database, metadata)
            refuse_lossy(database, metadata)
        except SettingsError:
            database.dispose()
            raise
    return database
