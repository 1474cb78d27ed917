"""The authorization code: given to a browser with a person signed in, exchanged by the application for tokens."""

from __future__ import annotations

import re

from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, InvalidRequestError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge

from chassis.identifiers import random_reference
from services.accounts.domain.authorization import codes
from services.accounts.domain.authorization.codes import AuthorizationCode
from services.accounts.domain.authorization.grants import Grant, GrantEnd, lifetime_of
from services.accounts.domain.clients import secret_digest
from services.accounts.domain.people.sessions import SignedIn
from services.accounts.storage.authorization.grants import (
    add_code,
    add_grant,
    load_code,
    load_grant,
    lock_grant,
    save_code_used,
)
from services.accounts.use_cases.authorization.protocol.desk import Desk, new_secret
from services.accounts.use_cases.authorization.protocol.parties import Client, GrantedPerson
from services.accounts.use_cases.authorization.protocol.requests import ProtocolRequest

_SECONDS = re.compile(r"[0-9]{1,9}")
NOT_OFFERED = {"request": "request_not_supported", "request_uri": "request_uri_not_supported"}


class HeldCode(AuthorizationCodeMixin):
    """A code with its grant, as Authlib asks about it."""

    def __init__(self, code: AuthorizationCode, grant: Grant) -> None:
        self.code = code
        self.grant = grant

    @property
    def code_challenge(self) -> str:
        return self.code.code_challenge

    @property
    def code_challenge_method(self) -> str:
        return "S256"

    def get_redirect_uri(self) -> str:
        return self.code.redirect_uri

    def get_scope(self) -> str:
        return self.grant.scope

    def get_nonce(self) -> str | None:
        return self.code.nonce

    def get_auth_time(self) -> int:
        return int(self.grant.authenticated_at.timestamp())

    def get_acr(self) -> None:
        """Say nothing of how strong the sign-in was."""

    def get_amr(self) -> None:
        """Say nothing of how it was done."""


class CodeGrant(AuthorizationCodeGrant):
    """Keeps and finds codes and the grants behind them."""

    request: ProtocolRequest

    @property
    def desk(self) -> Desk:
        desk: Desk = self.server.desk
        return desk

    def generate_authorization_code(self) -> str:
        return new_secret()

    def save_authorization_code(self, code: str, request: ProtocolRequest) -> None:
        person: SignedIn = request.user
        client: Client = request.client
        data, now = request.payload.data, self.desk.now
        grant = Grant(
            grant_id=random_reference(),
            client_id=client.get_client_id(),
            account_id=person.account_id,
            session_id=person.session_id,
            scope=" ".join(sorted(set(request.scope.split()))),
            authenticated_at=person.authenticated_at,
            created_at=now,
            expires_at=now + lifetime_of(person.mandate.role),
        )
        add_grant(self.desk.connection, grant)
        held = AuthorizationCode(
            code_digest=secret_digest(code),
            grant_id=grant.grant_id,
            redirect_uri=data["redirect_uri"],
            code_challenge=data["code_challenge"],
            nonce=data.get("nonce"),
            expires_at=now + codes.LIFETIME,
        )
        add_code(self.desk.connection, held)

    def query_authorization_code(self, code: str, client: Client) -> HeldCode | None:
        """Find a code that can be exchanged; one that was exchanged before ends what it gave (RFC 6749 4.1.2)."""
        desk, digest = self.desk, secret_digest(code)
        known = load_code(desk.connection, digest)
        if known is None:
            return None
        lock_grant(desk.connection, desk.database, known.grant_id)
        known = load_code(desk.connection, digest)
        grant = load_grant(desk.connection, known.grant_id) if known else None
        if known is None or grant is None or grant.client_id != client.get_client_id():
            return None
        if known.used_at is not None:
            self.server.end(grant, by=GrantEnd.CODE_REUSED)
        if not known.is_good(now=desk.now) or not grant.is_good(now=desk.now):
            return None
        return HeldCode(known, grant)

    def authenticate_user(self, authorization_code: HeldCode) -> GrantedPerson | None:
        grant = authorization_code.grant
        mandate = self.desk.mandate_of(grant.account_id)
        return GrantedPerson(grant, mandate) if mandate is not None else None

    def delete_authorization_code(self, authorization_code: HeldCode) -> None:
        """Mark the code as used; it is kept to be known again if it comes a second time."""
        digest = authorization_code.code.code_digest
        save_code_used(self.desk.connection, digest, now=self.desk.now)


class Challenge(CodeChallenge):
    """PKCE (RFC 7636), wanted of every application and by SHA-256 only (RFC 9700 section 2.1.1)."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: CodeGrant, redirect_uri: str) -> None:
        if grant.request.payload.data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("Send code_challenge with code_challenge_method=S256.")
        super().validate_code_challenge(grant, redirect_uri)


class OnlyWhatIsOffered:
    """Refuses what OpenID Connect lets an application ask for and this server does not do, or cannot read."""

    def __call__(self, grant: CodeGrant) -> None:
        grant.register_hook("after_validate_authorization_request_payload", self._check)

    @staticmethod
    def _check(grant: CodeGrant, _redirect_uri: str) -> None:
        data = grant.request.payload.data
        for name, error in NOT_OFFERED.items():
            if name in data:
                raise InvalidRequestError(
                    f"Send the parameters themselves, not {name}.", error=error
                )
        if data.get("response_mode", "query") != "query":
            raise InvalidRequestError("The answer comes by response_mode=query.")
        if not _SECONDS.fullmatch(data.get("max_age", "0")):
            raise InvalidRequestError("Send max_age as whole seconds, such as 3600.")
