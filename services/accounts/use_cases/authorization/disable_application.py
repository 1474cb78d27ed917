"""Let nobody sign in at an application any more."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.database import Database
from chassis.journal import Journal
from services.accounts.domain.actors import Actor
from services.accounts.storage.authorization.applications import (
    load_application,
    save_application_disabled,
)
from services.accounts.storage.clients import lock_client
from services.accounts.storage.entries import application_disabled
from services.accounts.use_cases.disable_client import NoSuchClient


def disable_application(
    connection: sa.Connection,
    *,
    database: Database,
    journal: Journal,
    client_id: str,
    actor: Actor,
) -> bool:
    """Disable an application and return True; return False where it is disabled already.

    It gets no tokens any more, and those it has are refused at the gateway within seconds. Its id is never registered
    again. Raises `NoSuchClient`.
    """
    lock_client(connection, database, client_id)
    application = load_application(connection, client_id)
    if application is None:
        raise NoSuchClient(client_id)
    if application.disabled_at is not None:
        return False
    now = database.now(connection)
    save_application_disabled(connection, client_id, now=now)
    journal.append(connection, [application_disabled(application, actor)], now=now)
    return True
