"""Register a program that may ask for tokens."""

from __future__ import annotations

import hmac

import sqlalchemy as sa

from chassis.database import Database
from chassis.journal import Journal
from services.accounts.domain.actors import Actor
from services.accounts.domain.clients import Client, check_client_id, check_secret, secret_digest
from services.accounts.domain.mandates import Mandate, checked
from services.accounts.storage.authorization.applications import load_application
from services.accounts.storage.clients import add_client, load_client, lock_client
from services.accounts.storage.entries import client_registered


class ClientExists(Exception):
    """Another program, or the same with another secret or mandate, is registered under this id."""


def register_client(
    connection: sa.Connection,
    *,
    database: Database,
    journal: Journal,
    client_id: str,
    secret: str,
    mandate: Mandate,
    name: str,
    actor: Actor,
) -> bool:
    """Register a client and return True; return False where the very same one is registered and in force.

    Raises `UnusableCredential`, `UnusableMandate`, and `ClientExists` where the id is taken.
    """
    check_client_id(client_id)
    check_secret(secret)
    checked(mandate)
    digest = secret_digest(secret)
    lock_client(connection, database, client_id)
    registered = load_client(connection, client_id)
    if registered is not None:
        if _is_same(registered, digest=digest, mandate=mandate):
            return False
        raise ClientExists(client_id)
    if load_application(connection, client_id) is not None:
        raise ClientExists(client_id)
    now = database.now(connection)
    client = Client(client_id, digest, mandate, name, created_at=now)
    add_client(connection, client)
    journal.append(connection, [client_registered(client, actor)], now=now)
    return True


def _is_same(registered: Client, *, digest: str, mandate: Mandate) -> bool:
    return (
        registered.disabled_at is None
        and registered.mandate == mandate
        and hmac.compare_digest(registered.secret_digest, digest)
    )
