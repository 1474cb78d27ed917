"""Refresh tokens: each is good once and gives the next."""

from __future__ import annotations

from authlib.oauth2.rfc6749 import TokenMixin
from authlib.oauth2.rfc6749.grants import RefreshTokenGrant

from services.accounts.domain.authorization.grants import (
    Belief,
    GrantEnd,
    RefreshToken,
    judge,
)
from services.accounts.domain.clients import secret_digest
from services.accounts.storage.authorization.grants import (
    child_was_used,
    load_grant,
    load_refresh_token,
    lock_grant,
    save_refresh_token_used,
)
from services.accounts.use_cases.authorization.protocol.desk import Desk
from services.accounts.use_cases.authorization.protocol.parties import Client, GrantedPerson


class HeldToken(TokenMixin):
    """A refresh token that is believed, as Authlib asks about it."""

    def __init__(self, token: RefreshToken, person: GrantedPerson) -> None:
        self.token = token
        self.person = person

    def check_client(self, client: Client) -> bool:
        return self.person.grant.client_id == client.get_client_id()

    def get_scope(self) -> str:
        return self.person.grant.scope


class RefreshGrant(RefreshTokenGrant):
    """Finds refresh tokens, and ends the grant of one that was stolen."""

    INCLUDE_NEW_REFRESH_TOKEN = True

    @property
    def desk(self) -> Desk:
        desk: Desk = self.server.desk
        return desk

    def authenticate_refresh_token(self, refresh_token: str) -> HeldToken | None:
        desk, digest = self.desk, secret_digest(refresh_token)
        known = load_refresh_token(desk.connection, digest)
        if known is None:
            return None
        lock_grant(desk.connection, desk.database, known.grant_id)
        known = load_refresh_token(desk.connection, digest)
        grant = load_grant(desk.connection, known.grant_id) if known else None
        if known is None or grant is None:
            return None
        client: Client = self.request.client
        if grant.client_id != client.get_client_id():
            return None
        came_again = child_was_used(desk.connection, digest)
        belief = judge(known, grant, child_was_used=came_again, now=desk.now)
        if belief is Belief.STOLEN:
            self.server.end(grant, by=GrantEnd.REFRESH_TOKEN_REUSED)
        mandate = desk.mandate_of(grant.account_id)
        if belief is not Belief.GOOD or mandate is None:
            return None
        return HeldToken(known, GrantedPerson(grant, mandate, refreshed=digest))

    def authenticate_user(self, refresh_token: HeldToken) -> GrantedPerson:
        return refresh_token.person

    def revoke_old_credential(self, refresh_token: HeldToken) -> None:
        digest = refresh_token.token.token_digest
        save_refresh_token_used(self.desk.connection, digest, now=self.desk.now)
