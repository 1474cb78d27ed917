"""Loading and saving the keys that sign tokens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from chassis.database import Database
from services.accounts.domain.signing_keys import SigningKey
from services.accounts.storage.tables import SIGNING_KEY

_LOCK = "signing-keys"


def lock_signing_keys(connection: sa.Connection, database: Database) -> None:
    """Make every other process that wants to change the keys wait until this transaction ends."""
    database.lock_names(connection, [_LOCK])


def load_signing_keys(connection: sa.Connection) -> list[SigningKey]:
    """Load every key there ever was; one is added in months."""
    return [SigningKey(**row._mapping) for row in connection.execute(sa.select(SIGNING_KEY))]


def add_signing_key(connection: sa.Connection, key: SigningKey) -> None:
    """Save a new key."""
    connection.execute(
        sa.insert(SIGNING_KEY).values(
            kid=key.kid,
            public_key=key.public_key,
            sealed_private_key=key.sealed_private_key,
            created_at=key.created_at,
            signs_from=key.signs_from,
            retired_at=key.retired_at,
        )
    )


def save_retired(connection: sa.Connection, kids: Sequence[str], *, now: datetime) -> None:
    """Retire keys and destroy their private halves."""
    connection.execute(
        sa.update(SIGNING_KEY)
        .where(SIGNING_KEY.c.kid.in_(kids))
        .values(retired_at=now, sealed_private_key=None)
    )
