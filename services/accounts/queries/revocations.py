"""Which access tokens are good no more although their time is not over, as the gateway asks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from chassis.database import Database
from services.accounts.domain.access_tokens import LIFETIME
from services.accounts.storage.authorization_tables import APPLICATION, APPLICATION_GRANT
from services.accounts.storage.tables import CLIENT

_STILL_MET = timedelta(seconds=LIFETIME) + timedelta(minutes=1)
"""For so long a token may be met: its lifetime, and a margin for clocks that differ."""


def list_revocations(connection: sa.Connection, database: Database) -> dict[str, Any]:
    """Read the grants that ended and the programs that were disabled while tokens of theirs may live."""
    since = database.now(connection) - _STILL_MET
    grants = sa.select(APPLICATION_GRANT.c.grant_id).where(APPLICATION_GRANT.c.ended_at > since)
    clients = sa.union_all(
        sa.select(CLIENT.c.client_id).where(CLIENT.c.disabled_at > since),
        sa.select(APPLICATION.c.client_id).where(APPLICATION.c.disabled_at > since),
    )
    return {
        "grants": list(connection.execute(grants).scalars()),
        "clients": list(connection.execute(clients).scalars()),
    }
