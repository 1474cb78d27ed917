"""Loading and saving recoveries."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from chassis.database import Database
from services.accounts.domain.people.recoveries import Recovery
from services.accounts.storage.people_tables import RECOVERY

R = RECOVERY.c
_OPEN = R.used_at.is_(None) & R.withdrawn_at.is_(None)
_COLUMNS = [column for column in RECOVERY.c if column.name != "attempts"]


def lock_recoveries(connection: sa.Connection, database: Database, card: str) -> None:
    """Make everybody else who starts a recovery of a card, or erases its holder, wait for the transaction's end."""
    database.lock_names(connection, [f"recovery {card}"])


def add_recovery(connection: sa.Connection, recovery: Recovery) -> None:
    """Save a new recovery; an earlier one of the same card that was not used counts no more."""
    connection.execute(
        sa.update(RECOVERY)
        .where(R.card == recovery.card, _OPEN)
        .values(withdrawn_at=recovery.created_at)
    )
    values = {column.name: getattr(recovery, column.name) for column in _COLUMNS}
    connection.execute(sa.insert(RECOVERY).values(**values))


def load_recovery(connection: sa.Connection, recovery_id: str) -> Recovery | None:
    """Load a recovery by its id."""
    row = connection.execute(sa.select(*_COLUMNS).where(R.recovery_id == recovery_id)).one_or_none()
    return None if row is None else Recovery(**row._mapping)


def load_recoveries(
    connection: sa.Connection, *, region: str | None, before: str | None, limit: int
) -> list[Recovery]:
    """Load recoveries, the newest first: of one region and those within it, or all."""
    query = sa.select(*_COLUMNS)
    if region is not None:
        query = query.where((R.region == region) | R.region.like(f"{region}.%"))
    if before is not None:
        query = query.where(R.recovery_id < before)
    rows = connection.execute(query.order_by(R.recovery_id.desc()).limit(limit))
    return [Recovery(**row._mapping) for row in rows]


def forget_recoveries_of_card(connection: sa.Connection, card: str) -> list[datetime]:
    """Destroy the recoveries of a card; return when each was started."""
    gone = connection.execute(sa.delete(RECOVERY).where(R.card == card).returning(R.created_at))
    return list(gone.scalars())


def load_recovery_in_force(
    connection: sa.Connection, name_digest: str, *, now: datetime
) -> Recovery | None:
    """Load the recovery whose code is good for a card number; None where there is none."""
    query = sa.select(*_COLUMNS).where(R.name_digest == name_digest, _OPEN, R.expires_at > now)
    row = connection.execute(query).one_or_none()
    return None if row is None else Recovery(**row._mapping)


def use_recovery(connection: sa.Connection, recovery_id: str, *, now: datetime) -> bool:
    """Mark a recovery as used; tell whether it still could be."""
    used = connection.execute(
        sa.update(RECOVERY)
        .where(R.recovery_id == recovery_id, _OPEN, R.expires_at > now)
        .values(used_at=now)
    )
    return bool(used.rowcount)


def save_withdrawn(connection: sa.Connection, recovery_id: str, *, now: datetime) -> bool:
    """Withdraw a recovery; tell whether it was still open."""
    withdrawn = connection.execute(
        sa.update(RECOVERY).where(R.recovery_id == recovery_id, _OPEN).values(withdrawn_at=now)
    )
    return bool(withdrawn.rowcount)
