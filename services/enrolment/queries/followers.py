"""Whether what enrolment copies and counts is up to date: what its followers noted last."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from chassis.clock import write_instant
from chassis.database import Database
from chassis.feed_client import NEVER
from chassis.follower import read_follower_state
from services.enrolment.queries.assistance import COUNTED as ASSISTANCE
from services.enrolment.queries.realisation import COUNTED as REALISATION
from services.enrolment.storage.tables.journal import FOLLOWER_STATE
from services.enrolment.use_cases.shared.catalogue_lag import CATALOGUE

STANDS_STILL = timedelta(minutes=1)
"""A follower that does its work notes every few seconds that nothing is beyond what it has read."""


FOLLOWED = (CATALOGUE, REALISATION, ASSISTANCE)


def show_followers(database: Database) -> list[dict[str, Any]]:
    """Return of each follower when it last had read everything, and whether that is too long ago."""
    with database.reading() as connection:
        return [_shown(connection, database, source) for source in FOLLOWED]


def _shown(connection: sa.Connection, database: Database, source: str) -> dict[str, Any]:
    state = read_follower_state(connection, FOLLOWER_STATE, source)
    checked_at = None if state is None or state.checked_at == NEVER else state.checked_at
    is_recent = checked_at is not None and database.now(connection) - checked_at <= STANDS_STILL
    return {
        "source": source,
        "checked_at": None if checked_at is None else write_instant(checked_at),
        "stands_still": not is_recent,
    }
