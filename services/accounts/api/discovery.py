"""What a verifier or a client library reads first: the issuer's description and its public keys."""

from __future__ import annotations

from chassis.endpoints import Call, Endpoints
from chassis.idempotency import Answer, json_answer
from services.accounts.api.documents import Issuer, PublicKeys
from services.accounts.domain.access_tokens import ALGORITHM
from services.accounts.queries.published_keys import jwk_set
from services.accounts.service import AccountsService

CACHEABLE = {"Cache-Control": "public, max-age=300"}
"""Five minutes: far less than a new key is published before it signs."""

endpoints: Endpoints[AccountsService] = Endpoints(prefix="/.well-known")


@endpoints.get("/openid-configuration", shows=Issuer)
def openid_configuration(_: Call, house: AccountsService) -> Answer:
    """Describe the issuer (OpenID Connect Discovery 1.0, RFC 8414).

    The members about people's sign-in are empty until there is one: no response type, no ID token is offered.
    """
    issuer = house.settings.token_issuer
    return json_answer(
        200,
        {
            "issuer": issuer,
            "token_endpoint": f"{issuer}/oauth/token",
            "jwks_uri": f"{issuer}/.well-known/jwks.json",
            "grant_types_supported": ["client_credentials"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "response_types_supported": [],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
        },
        CACHEABLE,
    )


@endpoints.get("/jwks.json", shows=PublicKeys)
def jwks(_: Call, house: AccountsService) -> Answer:
    """Publish the keys in force, those that will be, and those whose tokens still live."""
    with house.database.reading() as connection:
        return json_answer(200, jwk_set(connection, house.database), CACHEABLE)
