"""Register an application that people sign in at."""

from __future__ import annotations

import hmac

import sqlalchemy as sa

from chassis.database import Database
from chassis.journal import Journal
from services.accounts.domain.actors import Actor
from services.accounts.domain.authorization.applications import Application, check_redirect_uris
from services.accounts.domain.clients import check_client_id, check_secret, secret_digest
from services.accounts.storage.authorization.applications import (
    add_application,
    load_application,
)
from services.accounts.storage.clients import load_client, lock_client
from services.accounts.storage.entries import application_registered
from services.accounts.use_cases.register_client import ClientExists


def register_application(
    connection: sa.Connection,
    *,
    database: Database,
    journal: Journal,
    client_id: str,
    secret: str | None,
    redirect_uris: tuple[str, ...],
    name: str,
    actor: Actor,
) -> bool:
    """Register an application and return True; return False where the very same one is registered and in force.

    Without a secret it is a public one. Raises `UnusableCredential`, `UnusableApplication`, and `ClientExists` where
    the id is taken, by a program that calls for itself too.
    """
    check_client_id(client_id)
    if secret is not None:
        check_secret(secret)
    check_redirect_uris(redirect_uris)
    digest = None if secret is None else secret_digest(secret)
    lock_client(connection, database, client_id)
    registered = load_application(connection, client_id)
    if registered is not None and _is_same(registered, digest, redirect_uris):
        return False
    if registered is not None or load_client(connection, client_id) is not None:
        raise ClientExists(client_id)
    now = database.now(connection)
    application = Application(client_id, digest, redirect_uris, name, created_at=now)
    add_application(connection, application)
    journal.append(connection, [application_registered(application, actor)], now=now)
    return True


def _is_same(registered: Application, digest: str | None, redirect_uris: tuple[str, ...]) -> bool:
    return (
        registered.disabled_at is None
        and set(registered.redirect_uris) == set(redirect_uris)
        and hmac.compare_digest(registered.secret_digest or "", digest or "")
    )
