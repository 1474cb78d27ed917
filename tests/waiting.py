"""Waiting for what comes by itself after a moment."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import sqlalchemy as sa

from chassis.database import Database

Found = TypeVar("Found")
PATIENCE = 30.0
"""Seconds until what should come within a few is given up; machines may be busy."""


def eventually(look: Callable[[], Found], *, what: str) -> Found:
    """Look again and again until something is found, and return it. Fails where nothing comes."""
    until = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < until, f"{what}: not within {PATIENCE:.0f} s, last {found!r}"
        time.sleep(0.05)
    return found


def lock_waited_for(database: Database, *, longer_than: float = 0.0) -> None:
    """Wait until somebody has waited for a lock in a PostgreSQL database for so many seconds.

    SQLite tells nobody who waits for it; there this returns at once.
    """
    if database.dialect != "postgresql":
        return

    eventually(
        lambda: somebody_waits(database, longer_than=longer_than), what="somebody waits for a lock"
    )


def somebody_waits(database: Database, *, longer_than: float = 0.0) -> bool:
    """Tell whether somebody has waited for a lock in a PostgreSQL database for so many seconds."""
    with database.reading() as connection:
        longest = connection.execute(_LONGEST_WAIT).scalar()
    return longest is not None and longest > longer_than


_LONGEST_WAIT = sa.text(
    "select max(extract(epoch from clock_timestamp() - query_start)) from pg_stat_activity"
    " where datname = current_database() and wait_event_type = 'Lock'"
)
