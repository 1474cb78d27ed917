"""Whether a pooler answers for PostgreSQL without our being told, checked at start."""

from __future__ import annotations

import psycopg
import sqlalchemy as sa

from chassis.database import Database
from chassis.pooler import is_behind_pooler
from chassis.settings import SettingsError

_PROCESS = sa.text("select pg_backend_pid()")


def refuse_untold_pooler(database: Database) -> None:
    """Raise `SettingsError` where a pooler answers for PostgreSQL and DATABASE_URL does not say so.

    Who let us in named a process of the server, and the server says which one answers: a pooler, which lets clients in
    by itself, named one of its own making.
    """
    if database.dialect != "postgresql" or is_behind_pooler(database.url):
        return
    with database.reading() as connection:
        ours = connection.connection.driver_connection
        assert isinstance(ours, psycopg.Connection)  # noqa: S101 - the driver of every such engine
        answering = connection.execute(_PROCESS).scalar_one()
    if ours.info.backend_pid != answering:
        raise SettingsError(
            "DATABASE_URL leads through a pooler and does not say so: add pooler=transaction behind its ?, which is"
            " right whatever the pooler's mode"
        )
