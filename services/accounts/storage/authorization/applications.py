"""Loading and saving applications."""

from __future__ import annotations

import json
from datetime import datetime

import sqlalchemy as sa

from services.accounts.domain.authorization.applications import Application
from services.accounts.storage.authorization_tables import APPLICATION

A = APPLICATION.c


def load_application(connection: sa.Connection, client_id: str) -> Application | None:
    """Load an application, in force or disabled."""
    row = connection.execute(sa.select(APPLICATION).where(A.client_id == client_id)).one_or_none()
    if row is None:
        return None
    values = dict(row._mapping)
    return Application(**{**values, "redirect_uris": tuple(json.loads(row.redirect_uris))})


def add_application(connection: sa.Connection, application: Application) -> None:
    """Save a new application."""
    connection.execute(
        sa.insert(APPLICATION).values(
            client_id=application.client_id,
            secret_digest=application.secret_digest,
            redirect_uris=json.dumps(application.redirect_uris),
            name=application.name,
            created_at=application.created_at,
            disabled_at=application.disabled_at,
        )
    )


def save_application_disabled(connection: sa.Connection, client_id: str, *, now: datetime) -> None:
    """Mark an application as disabled."""
    connection.execute(
        sa.update(APPLICATION).where(A.client_id == client_id).values(disabled_at=now)
    )
