"""Give a program no token any more."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.database import Database
from chassis.journal import Journal
from services.accounts.domain.actors import Actor
from services.accounts.storage.clients import load_client, lock_client, save_disabled
from services.accounts.storage.entries import client_disabled


class NoSuchClient(Exception):
    """No client is registered under this id."""


def disable_client(
    connection: sa.Connection,
    *,
    database: Database,
    journal: Journal,
    client_id: str,
    actor: Actor,
) -> bool:
    """Disable a client and return True; return False where it is disabled already.

    Tokens it was given live on until they expire. Its id is never registered again, so that the journal speaks of
    one client under one id. Raises `NoSuchClient`.
    """
    lock_client(connection, database, client_id)
    client = load_client(connection, client_id)
    if client is None:
        raise NoSuchClient(client_id)
    if client.disabled_at is not None:
        return False
    now = database.now(connection)
    save_disabled(connection, client_id, now=now)
    journal.append(connection, [client_disabled(client, actor)], now=now)
    return True
