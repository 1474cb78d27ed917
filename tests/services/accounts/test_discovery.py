"""What the issuer publishes about itself."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from flask.testing import FlaskClient

from services.accounts.app import build
from services.accounts.service import AccountsService
from tests.tokens import ISSUER


def test_the_configuration_names_what_there_is_and_nothing_else(client: FlaskClient) -> None:
    document: Any = client.get("/.well-known/openid-configuration").json
    assert document["issuer"] == ISSUER
    assert document["jwks_uri"] == f"{ISSUER}/.well-known/jwks.json"
    assert document["token_endpoint"] == f"{ISSUER}/oauth/token"
    assert document["authorization_endpoint"] == f"{ISSUER}/oauth/authorize"
    assert document["revocation_endpoint"] == f"{ISSUER}/oauth/revocation"
    assert document["userinfo_endpoint"] == f"{ISSUER}/oauth/userinfo"
    assert document["grant_types_supported"] == [
        *("client_credentials", "authorization_code", "refresh_token")
    ]


def test_client_libraries_take_the_configuration_for_a_good_one(client: FlaskClient) -> None:
    """Authlib's own check of what RFC 8414 wants of it, which wants https."""
    document: Any = client.get("/.well-known/openid-configuration").json
    https = {
        name: value.replace("http://", "https://") if isinstance(value, str) else value
        for name, value in document.items()
    }
    AuthorizationServerMetadata(https).validate()


def test_the_keys_are_public_and_may_be_cached(client: FlaskClient) -> None:
    answer = client.get("/.well-known/jwks.json")
    document: Any = answer.json
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert [key.keys() for key in document["keys"]] == [{"kty", "crv", "x", "kid", "use", "alg"}]


def test_the_service_is_ready_once_it_can_sign(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.json == {"ready": True, "checks": {"database": True, "signing-key": True}}


def test_without_a_signing_key_the_service_is_not_ready(empty_house: AccountsService) -> None:
    answer = build(empty_house).test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"ready": False, "checks": {"database": True, "signing-key": False}}
