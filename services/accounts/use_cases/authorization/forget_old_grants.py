"""Forget grants that are over, and refresh tokens that were used long ago."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from chassis.database import Database
from services.accounts.storage.authorization.grants import forget_grants, forget_used_tokens

KEPT_FOR = timedelta(days=1)
"""So long a grant that is over can still be told of, and a token that comes a second time is known for stolen."""

AT_ONCE = 1_000


def forget_old_grants(connection: sa.Connection, *, database: Database) -> int:
    """Forget some of what nobody needs any more; return how much, 0 where nothing is left to forget."""
    before = database.now(connection) - KEPT_FOR
    return forget_grants(connection, before=before, most=AT_ONCE) + forget_used_tokens(
        connection, before=before, most=AT_ONCE
    )
