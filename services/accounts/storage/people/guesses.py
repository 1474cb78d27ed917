"""Counting wrong passwords at names."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from chassis.database import Database
from chassis.recordset import rows_parameter
from chassis.upsert import put_unless_there
from services.accounts.domain.people.guesses import COUNTED_FOR
from services.accounts.storage.people_tables import GUESSES_AT_NAME

G = GUESSES_AT_NAME.c


def count_guesses(connection: sa.Connection, name_key: str, *, now: datetime) -> int:
    """Return how many guesses at a name count still."""
    query = sa.select(G.guesses).where(G.name_key == name_key, G.since > now - COUNTED_FOR)
    return connection.execute(query).scalar_one_or_none() or 0


def add_guess(
    connection: sa.Connection, database: Database, name_key: str, *, now: datetime
) -> None:
    """Count one more guess at a name; where counting began too long ago, it begins anew."""
    first = {"name_key": name_key, "guesses": 0, "since": now}
    connection.execute(
        put_unless_there(database, GUESSES_AT_NAME), {"rows": rows_parameter([first])}
    )
    is_over = G.since <= now - COUNTED_FOR
    connection.execute(
        sa.update(GUESSES_AT_NAME)
        .where(G.name_key == name_key)
        .values(
            guesses=sa.case((is_over, 1), else_=G.guesses + 1),
            since=sa.case((is_over, now), else_=G.since),
        )
    )


def forget_guesses(connection: sa.Connection, name_key: str) -> None:
    """Count guesses at a name from nothing again: its password is another one."""
    connection.execute(sa.delete(GUESSES_AT_NAME).where(G.name_key == name_key))
