"""ID tokens, put together by Authlib and signed with the key that access tokens are signed with."""

from __future__ import annotations

from typing import Any

from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from joserfc.jwk import OKPKey

from services.accounts.domain.access_tokens import ALGORITHM
from services.accounts.domain.authorization.id_tokens import id_token_claims, person_claims
from services.accounts.use_cases.authorization.protocol.desk import Desk
from services.accounts.use_cases.authorization.protocol.parties import Client, GrantedPerson
from services.accounts.use_cases.authorization.protocol.requests import ProtocolRequest


class IdTokens(OpenIDCode):
    """What Authlib asks about ID tokens.

    Its header has no `typ` of an access token, so that no verifier takes one for the other.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(require_nonce=False)
        self._desk = desk
        self._pair: OKPKey | None = None

    def exists_nonce(self, nonce: str, request: ProtocolRequest) -> bool:
        """Leave replays to the application: a code is good once, and so is its nonce."""
        del nonce, request
        return False

    def resolve_client_private_key(self, client: Client) -> OKPKey:
        del client
        return self._signing_pair()

    def get_client_algorithm(self, client: Client) -> str:
        del client
        return ALGORITHM

    def get_encode_header(self, client: Client) -> dict[str, str]:
        del client
        return {"alg": ALGORITHM, "kid": str(self._signing_pair().kid)}

    def get_client_claims(self, client: Client) -> dict[str, Any]:
        desk = self._desk
        return id_token_claims(issuer=desk.issuer, client_id=client.get_client_id(), now=desk.now)

    def generate_user_info(self, user: GrantedPerson, scope: str) -> UserInfo:
        del scope
        return UserInfo(person_claims(account_id=user.grant.account_id, mandate=user.mandate))

    def _signing_pair(self) -> OKPKey:
        if self._pair is None:
            self._pair = self._desk.signing_pair()
        return self._pair
