"""Forget grants that are over, with their codes and tokens.

What a grant in force used is kept as long as it is: a token that comes a second time after weeks was stolen, too.
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from chassis.database import Database
from services.accounts.storage.authorization.grants import forget_grants

KEPT_FOR = timedelta(days=1)
"""So long a grant that is over can still be told of."""

AT_ONCE = 1_000


def forget_old_grants(connection: sa.Connection, *, database: Database) -> int:
    """Forget some of what nobody needs any more; return how much, 0 where nothing is left to forget."""
    before = database.now(connection) - KEPT_FOR
    return forget_grants(connection, before=before, most=AT_ONCE)
