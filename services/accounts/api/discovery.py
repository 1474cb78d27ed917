"""What a verifier or a client library reads first: the issuer's description and its public keys."""

from __future__ import annotations

from typing import Any

from chassis.calls import Call
from chassis.endpoints import Endpoints
from chassis.idempotency import Answer, json_answer
from chassis.pages.texts import OFFERED
from services.accounts.api.documents import Issuer, PublicKeys
from services.accounts.api.token_request import GRANT_TYPES
from services.accounts.domain.access_tokens import ALGORITHM
from services.accounts.domain.authorization.grants import SCOPES
from services.accounts.queries.published_keys import jwk_set
from services.accounts.service import AccountsService

CACHEABLE = {"Cache-Control": "public, max-age=300"}
"""Five minutes: far less than a new key is published before it signs."""

AUTH_METHODS = ["client_secret_basic", "client_secret_post", "none"]

endpoints: Endpoints[AccountsService] = Endpoints(prefix="/.well-known")


@endpoints.get("/openid-configuration", shows=Issuer)
def openid_configuration(_: Call, house: AccountsService) -> Answer:
    """Describe the issuer (OpenID Connect Discovery 1.0, RFC 8414)."""
    return json_answer(200, _described(house.settings.token_issuer), CACHEABLE)


def _described(issuer: str) -> dict[str, Any]:
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oauth/authorize",
        "token_endpoint": f"{issuer}/oauth/token",
        "revocation_endpoint": f"{issuer}/oauth/revocation",
        "userinfo_endpoint": f"{issuer}/oauth/userinfo",
        "jwks_uri": f"{issuer}/.well-known/jwks.json",
        "scopes_supported": list(SCOPES),
        "claims_supported": ["sub", "role", "provider", "card", "region", "auth_time", "nonce"],
        "grant_types_supported": list(GRANT_TYPES),
        "token_endpoint_auth_methods_supported": AUTH_METHODS,
        "revocation_endpoint_auth_methods_supported": AUTH_METHODS,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "code_challenge_methods_supported": ["S256"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "ui_locales_supported": list(OFFERED),
        "prompt_values_supported": ["none", "login", "select_account"],
        "authorization_response_iss_parameter_supported": True,
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }


@endpoints.get("/jwks.json", shows=PublicKeys)
def jwks(_: Call, house: AccountsService) -> Answer:
    """Publish the keys in force, those that will be, and those whose tokens still live."""
    with house.database.reading() as connection:
        return json_answer(200, jwk_set(connection, house.database), CACHEABLE)
