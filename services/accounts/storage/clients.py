"""Loading and saving clients."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from chassis.database import Database
from services.accounts.domain.clients import Client
from services.accounts.domain.mandates import Mandate
from services.accounts.storage.tables import CLIENT


def lock_client(connection: sa.Connection, database: Database, client_id: str) -> None:
    """Make everybody else who wants to register or change this client wait until the transaction ends."""
    database.lock_names(connection, [f"client {client_id}"])


def load_client(connection: sa.Connection, client_id: str) -> Client | None:
    """Load a client, in force or disabled."""
    row = connection.execute(sa.select(CLIENT).where(CLIENT.c.client_id == client_id)).one_or_none()
    if row is None:
        return None
    return Client(
        client_id=row.client_id,
        secret_digest=row.secret_digest,
        mandate=Mandate(row.role, provider=row.provider, card=row.card, region=row.region),
        name=row.name,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
    )


def add_client(connection: sa.Connection, client: Client) -> None:
    """Save a new client."""
    mandate = client.mandate
    connection.execute(
        sa.insert(CLIENT).values(
            client_id=client.client_id,
            secret_digest=client.secret_digest,
            role=mandate.role,
            provider=mandate.provider,
            card=mandate.card,
            region=mandate.region,
            name=client.name,
            created_at=client.created_at,
            disabled_at=client.disabled_at,
        )
    )


def save_disabled(connection: sa.Connection, client_id: str, *, now: datetime) -> None:
    """Mark a client as disabled."""
    connection.execute(
        sa.update(CLIENT).where(CLIENT.c.client_id == client_id).values(disabled_at=now)
    )
