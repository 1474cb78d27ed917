"""The authorization server of one transaction."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Error

from chassis.identifiers import random_reference
from services.accounts.domain.access_tokens import LIFETIME, access_token
from services.accounts.domain.authorization.grants import SCOPES, Grant, GrantEnd, RefreshToken
from services.accounts.domain.clients import secret_digest
from services.accounts.storage.authorization.applications import load_application
from services.accounts.storage.authorization.grants import (
    add_refresh_token,
    end_grant,
    supersede_children,
)
from services.accounts.storage.entries import grant_ended
from services.accounts.use_cases.authorization.protocol.code_grant import (
    Challenge,
    CodeGrant,
    OnlyWhatIsOffered,
)
from services.accounts.use_cases.authorization.protocol.desk import Desk, new_secret
from services.accounts.use_cases.authorization.protocol.id_tokens import IdTokens
from services.accounts.use_cases.authorization.protocol.parties import Client, GrantedPerson
from services.accounts.use_cases.authorization.protocol.refresh_grant import RefreshGrant
from services.accounts.use_cases.authorization.protocol.requests import ProtocolRequest

Told = tuple[int, Any, list[tuple[str, str]]]
"""What Authlib answers: a status, a body and headers."""


class Server(AuthorizationServer):
    """Answers one request. Errors come back as they are, for the caller to tell in its own way."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(scopes_supported=SCOPES)
        self.desk = desk
        self.register_token_generator("default", self._generate)
        extensions = [Challenge(required=True), OnlyWhatIsOffered(), IdTokens(desk)]
        self.register_grant(CodeGrant, extensions)
        self.register_grant(RefreshGrant)

    def query_client(self, client_id: str) -> Client | None:
        application = load_application(self.desk.connection, client_id)
        if application is None or application.disabled_at is not None:
            return None
        return Client(application)

    def authenticate_client(
        self, request: ProtocolRequest, methods: list[str], endpoint: str = "token"
    ) -> Client:
        """Return who proved itself before the transaction was opened."""
        del methods, endpoint
        client: Client = request.client
        request.auth_method = "none" if client.application.is_public else "client_secret_basic"
        return client

    def create_oauth2_request(self, request: ProtocolRequest) -> ProtocolRequest:
        return request

    def handle_response(self, status: int, body: Any, headers: list[tuple[str, str]]) -> Told:
        return status, body, headers

    def handle_error_response(self, request: ProtocolRequest, error: OAuth2Error) -> OAuth2Error:
        del request
        return error

    def save_token(self, token: dict[str, Any], request: ProtocolRequest) -> None:
        """Keep nothing: access tokens are not kept, and a refresh token is when it is made."""

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Tell nobody: there is no second listener."""

    def end(self, grant: Grant, *, by: GrantEnd) -> None:
        """End a grant before its time, and record why."""
        if end_grant(self.desk.connection, grant.grant_id, by=by, now=self.desk.now):
            entry = grant_ended(grant, by=by, request_id=self.desk.request_id)
            self.desk.journal.append(self.desk.connection, [entry], now=self.desk.now)

    def _generate(
        self,
        *,
        user: GrantedPerson,
        scope: str,
        include_refresh_token: bool,
        **_: Any,
    ) -> dict[str, Any]:
        grant, desk = user.grant, self.desk
        signed = access_token(
            desk.signing_pair(),
            subject=grant.account_id,
            client_id=grant.client_id,
            mandate=user.mandate,
            issuer=desk.issuer,
            audience=desk.audience,
            token_id=random_reference(),
            now=desk.now,
            grant_id=grant.grant_id,
        )
        token = {
            "access_token": signed,
            "token_type": "Bearer",
            "expires_in": LIFETIME,
            "scope": scope,
        }
        if include_refresh_token and grant.goes_on:
            token["refresh_token"] = self._new_refresh_token(user)
        return token

    def _new_refresh_token(self, user: GrantedPerson) -> str:
        connection, now, parent = self.desk.connection, self.desk.now, user.refreshed
        if parent is not None:
            supersede_children(connection, parent, now=now)
        secret = new_secret()
        digest = secret_digest(secret)
        add_refresh_token(connection, RefreshToken(digest, user.grant.grant_id, parent, now))
        return secret
