"""`POST /oauth/token`: who gets a token, and what it says."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from joserfc import jws

from services.accounts.domain.mandates import Mandate
from services.accounts.register import register
from services.accounts.service import AccountsService
from tests.services.accounts.conftest import CLIENT_ID, SECRET
from tests.services.accounts.token_endpoint.asking import (
    CARD,
    IN_FORM,
    PROVIDER,
    ask,
    basic,
    verified,
)


def test_basic_credentials_give_a_token_that_our_own_verifier_accepts(client: FlaskClient) -> None:
    answer = ask(client, **basic(CLIENT_ID, SECRET))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    document: Any = answer.json
    assert document.keys() == {"access_token", "token_type", "expires_in"}
    assert (document["token_type"], document["expires_in"]) == ("Bearer", 900)
    principal = verified(client, document["access_token"])
    assert (principal.subject, principal.role) == (CLIENT_ID, "system")


def test_credentials_in_the_form_do_as_well(client: FlaskClient) -> None:
    assert ask(client, IN_FORM).status_code == 200


def test_basic_credentials_may_be_percent_encoded_as_rfc_6749_says(client: FlaskClient) -> None:
    encoded = quote(CLIENT_ID, safe="").replace("-", "%2D")
    assert ask(client, **basic(encoded, SECRET)).status_code == 200


def test_the_token_says_what_rfc_9068_asks_for_and_no_more(client: FlaskClient) -> None:
    token: str = ask(client, IN_FORM).json["access_token"]  # type: ignore[index]
    signed = jws.extract_compact(token.encode())
    assert signed.headers().keys() == {"alg", "typ", "kid"}
    assert (signed.headers()["alg"], signed.headers()["typ"]) == ("Ed25519", "at+jwt")
    claims = json.loads(signed.payload)
    assert claims.keys() == {"iss", "aud", "sub", "client_id", "role", "iat", "exp", "jti"}
    assert claims["sub"] == claims["client_id"] == CLIENT_ID
    assert claims["exp"] - claims["iat"] == 900


@pytest.mark.parametrize(
    "mandate",
    [
        Mandate("provider", provider=PROVIDER),
        Mandate("holder", card=CARD),
        Mandate("officer", region="17.71"),
        Mandate("operator"),
        Mandate("auditor"),
    ],
)
def test_the_token_carries_what_its_client_is_bound_to(
    client: FlaskClient, house: AccountsService, mandate: Mandate
) -> None:
    client_id = f"some-{mandate.role}"
    register(house, client_id=client_id, secret=SECRET, mandate=mandate, name="")
    token: Any = ask(client, **basic(client_id, SECRET)).json
    principal = verified(client, token["access_token"])
    assert (principal.role, principal.provider, principal.card, principal.region) == (
        mandate.role,
        mandate.provider,
        mandate.card,
        mandate.region,
    )


def test_no_two_tokens_are_the_same(client: FlaskClient) -> None:
    first, second = (ask(client, IN_FORM).json["access_token"] for _ in range(2))  # type: ignore[index]
    assert first != second


def test_parameters_that_nobody_knows_are_ignored(client: FlaskClient) -> None:
    assert ask(client, {**IN_FORM, "resource": "x", "scope": ""}).status_code == 200
