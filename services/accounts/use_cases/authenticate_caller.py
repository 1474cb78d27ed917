"""Find out which program asks for tokens: one that calls for itself, or an application that people sign in at."""

from __future__ import annotations

import sqlalchemy as sa

from services.accounts.domain.authorization.applications import Application
from services.accounts.domain.clients import Client, is_authentic, is_client_id, is_secret_of
from services.accounts.domain.refusals import InvalidClient
from services.accounts.storage.authorization.applications import load_application
from services.accounts.storage.clients import load_client


def authenticate_caller(
    connection: sa.Connection, *, client_id: str, secret: str | None
) -> Client | Application:
    """Return the program in force that these credentials prove. Raises `InvalidClient`, whatever was wrong.

    A public application names itself only; that it is the one which began is shown by PKCE.
    """
    if not is_client_id(client_id):
        raise InvalidClient
    client = load_client(connection, client_id)
    if client is not None and is_authentic(client, secret or ""):
        return client
    application = load_application(connection, client_id)
    if application is not None and _is_proved(application, secret):
        return application
    raise InvalidClient


def _is_proved(application: Application, secret: str | None) -> bool:
    if application.disabled_at is not None:
        return False
    if application.secret_digest is None:
        return secret is None
    return is_secret_of(application.secret_digest, secret or "")
