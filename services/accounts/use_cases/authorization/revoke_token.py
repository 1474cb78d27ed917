"""End what a refresh token or an access token stands for (RFC 7009)."""

from __future__ import annotations

from chassis.identity import Principal
from services.accounts.domain.authorization.applications import Application
from services.accounts.domain.authorization.grants import Grant, GrantEnd
from services.accounts.domain.clients import secret_digest
from services.accounts.storage.authorization.grants import load_grant, load_refresh_token
from services.accounts.use_cases.authorization.protocol.desk import Desk
from services.accounts.use_cases.authorization.protocol.server import Server


def revoke_token(
    desk: Desk, token: str, *, bearer: Principal | None, application: Application
) -> None:
    """End the grant behind a token of this application: its refresh tokens and its access tokens with it.

    `bearer` is whom the token names where it is an access token of ours. A token that is not known, or another
    application's, is passed over: the caller learns no more than that it is good for nothing now.
    """
    grant = _grant_behind(desk, token, bearer=bearer)
    if grant is not None and grant.client_id == application.client_id:
        Server(desk).end(grant, by=GrantEnd.REVOKED)


def _grant_behind(desk: Desk, token: str, *, bearer: Principal | None) -> Grant | None:
    if bearer is not None:
        return load_grant(desk.connection, bearer.grant) if bearer.grant else None
    known = load_refresh_token(desk.connection, secret_digest(token))
    return load_grant(desk.connection, known.grant_id) if known else None
