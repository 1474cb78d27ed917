"""Give a program or an application no token any more."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.database import Database
from chassis.journal import Journal
from services.accounts.domain.actors import Actor
from services.accounts.domain.clients import Client
from services.accounts.storage.authorization.applications import (
    load_application,
    save_application_disabled,
)
from services.accounts.storage.clients import load_client, lock_client, save_disabled
from services.accounts.storage.entries import application_disabled, client_disabled


class NoSuchClient(Exception):
    """Neither a program nor an application is registered under this id."""


def disable_client(
    connection: sa.Connection,
    *,
    database: Database,
    journal: Journal,
    client_id: str,
    actor: Actor,
) -> bool:
    """Disable a program or an application and return True; return False where it is disabled already.

    It gets no tokens any more, and those it has are refused at the gateway within seconds. Its id is never registered
    again, so that the journal speaks of one of them under one id. Raises `NoSuchClient`.
    """
    lock_client(connection, database, client_id)
    found = load_client(connection, client_id) or load_application(connection, client_id)
    if found is None:
        raise NoSuchClient(client_id)
    if found.disabled_at is not None:
        return False
    now = database.now(connection)
    if isinstance(found, Client):
        save_disabled(connection, client_id, now=now)
        entry = client_disabled(found, actor)
    else:
        save_application_disabled(connection, client_id, now=now)
        entry = application_disabled(found, actor)
    journal.append(connection, [entry], now=now)
    return True
