"""`POST /oauth/token`: who gets a token, what it says, and how the others are refused."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jws
from werkzeug.test import TestResponse

from chassis.identity import TokenVerifier
from chassis.issuer_keys import PublishedKeys
from deploy.local.databases import ServiceDatabase
from services.accounts.app import build
from services.accounts.disable import disable
from services.accounts.domain.mandates import Mandate
from services.accounts.register import register
from services.accounts.service import AccountsService
from tests.databases import DatabaseMaker
from tests.services.accounts.conftest import CLIENT_ID, SECRET, variables_on
from tests.tokens import AUDIENCE, ISSUER

GRANT = {"grant_type": "client_credentials"}
IN_FORM = {**GRANT, "client_id": CLIENT_ID, "client_secret": SECRET}
PROVIDER = "01890000-0000-7000-8000-000000000001"
CARD = "0b9d4a52-63f4-4c3e-8e15-7f0f3c1f2a11"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared_database(
    database_maker: DatabaseMaker, request: pytest.FixtureRequest
) -> ServiceDatabase:
    """One database for all tests here: asking for tokens changes nothing in it."""
    return database_maker.migrated(request.param, "services.accounts")


@pytest.fixture
def variables(shared_database: ServiceDatabase) -> dict[str, str]:
    return variables_on(shared_database)


@pytest.fixture
def app(house: AccountsService) -> Flask:
    """The application on a clock that stands still, so that throttles count without forgetting."""
    return build(replace(house, clock=lambda: 1_000.0))


def basic(client_id: str, secret: str) -> dict[str, str]:
    encoded = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    return {"Authorization": f"Basic {encoded}"}


def ask(client: FlaskClient, form: Any = None, **headers: str) -> TestResponse:
    return client.post("/oauth/token", data=GRANT if form is None else form, headers=headers)


def verified(client: FlaskClient, token: str) -> Any:
    def fetch() -> Any:
        return client.get("/.well-known/jwks.json").json

    keys = PublishedKeys(fetch)
    return TokenVerifier(issuer=ISSUER, audience=AUDIENCE, keys=keys).verify(token)


def refusal(answer: TestResponse) -> tuple[int, str, str]:
    assert answer.content_type == "application/problem+json"
    document: Any = answer.json
    assert document["error_description"] == document["detail"]
    assert document["request_id"] == answer.headers["X-Request-Id"]
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.status_code, document["code"], document["error"]


# --- who gets one ---


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


# --- who does not ---


@pytest.mark.parametrize(
    ("client_id", "secret"),
    [
        (CLIENT_ID, SECRET[:-1]),
        (CLIENT_ID, SECRET + "A"),
        (CLIENT_ID, SECRET.swapcase()),
        (CLIENT_ID, ""),
        (CLIENT_ID, "0" * 64),
        (CLIENT_ID, "\ud7ff" * 10),
        (CLIENT_ID, "a\x00b"),
        ("service-catalo", SECRET),
        ("SERVICE-CATALOG", SECRET),
        ("", SECRET),
        ("a" * 10_000, SECRET),
        ("service-catalog\x00", SECRET),
        ("' or 1=1 --", SECRET),
    ],
)
def test_whatever_is_wrong_with_the_credentials_the_answer_is_the_same(
    client: FlaskClient, client_id: str, secret: str
) -> None:
    answer = ask(client, **basic(client_id, secret))
    assert refusal(answer) == (401, "invalid-client", "invalid_client")
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    unknown: Any = ask(client, **basic("nobody", "wrong")).json
    document: Any = answer.json
    assert {**document, "request_id": ""} == {**unknown, "request_id": ""}


def test_a_disabled_client_is_refused_like_an_unknown_one(
    client: FlaskClient, house: AccountsService
) -> None:
    register(house, client_id="former", secret=SECRET, mandate=Mandate("system"), name="")
    credentials = basic("former", SECRET)
    assert ask(client, **credentials).status_code == 200
    disable(house, "former")
    assert refusal(ask(client, **credentials)) == (401, "invalid-client", "invalid_client")


@pytest.mark.parametrize(
    "authorization",
    [
        "Bearer abc",
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic " + base64.b64encode(b"no colon").decode(),
        "Basic " + base64.b64encode(b"\xff\xfe:x").decode(),
        "Digest username=x",
        "",
    ],
)
def test_an_authorization_header_that_is_not_basic_is_refused(
    client: FlaskClient, authorization: str
) -> None:
    answer = ask(client, Authorization=authorization)
    assert refusal(answer) == (401, "invalid-client", "invalid_client")


@pytest.mark.parametrize("missing", ["client_id", "client_secret"])
def test_half_of_the_credentials_are_none(client: FlaskClient, missing: str) -> None:
    form = {name: value for name, value in IN_FORM.items() if name != missing}
    assert refusal(ask(client, form)) == (401, "invalid-client", "invalid_client")


@pytest.mark.parametrize("value", ["password", "implicit", "CLIENT_CREDENTIALS", "x" * 99])
def test_other_grants_are_not_supported(client: FlaskClient, value: str) -> None:
    answer = ask(client, {**IN_FORM, "grant_type": value})
    assert refusal(answer) == (400, "unsupported-grant-type", "unsupported_grant_type")


@pytest.mark.parametrize("value", ["authorization_code", "refresh_token"])
def test_a_program_that_calls_for_itself_gets_nothing_in_a_persons_name(
    client: FlaskClient, value: str
) -> None:
    answer = ask(client, {**IN_FORM, "grant_type": value, "code": "x", "refresh_token": "x"})
    assert refusal(answer) == (400, "unauthorized-client", "unauthorized_client")


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"client_id": CLIENT_ID, "client_secret": SECRET},
        {**IN_FORM, "grant_type": ""},
        {**IN_FORM, "grant_type": ["client_credentials", "client_credentials"]},
        {**IN_FORM, "client_id": [CLIENT_ID, "another"]},
        {**IN_FORM, "client_secret": [SECRET, SECRET]},
    ],
)
def test_a_parameter_that_is_missing_or_sent_twice_is_an_invalid_request(
    client: FlaskClient, form: Any
) -> None:
    answer = client.post(
        "/oauth/token",
        data=form,
        content_type="application/x-www-form-urlencoded",
    )
    assert refusal(answer) == (400, "invalid-token-request", "invalid_request")


def test_credentials_in_both_places_are_refused_even_when_they_agree(client: FlaskClient) -> None:
    answer = ask(client, IN_FORM, **basic(CLIENT_ID, SECRET))
    assert refusal(answer) == (400, "invalid-token-request", "invalid_request")


def test_the_form_may_repeat_the_id_of_basic_but_not_name_another(client: FlaskClient) -> None:
    same = ask(client, {**GRANT, "client_id": CLIENT_ID}, **basic(CLIENT_ID, SECRET))
    other = ask(client, {**GRANT, "client_id": "another"}, **basic(CLIENT_ID, SECRET))
    assert same.status_code == 200
    assert refusal(other) == (400, "invalid-token-request", "invalid_request")


def test_a_scope_is_refused_since_there_are_none(client: FlaskClient) -> None:
    assert refusal(ask(client, {**IN_FORM, "scope": "all"})) == (
        400,
        "invalid-scope",
        "invalid_scope",
    )


# --- what cannot be read ---


@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data", "text/plain"])
def test_anything_but_a_form_is_refused_by_its_media_type(
    client: FlaskClient, content_type: str
) -> None:
    answer = client.post("/oauth/token", data=b"{}", content_type=content_type)
    assert answer.status_code == 415


@pytest.mark.parametrize(
    "raw",
    [
        b"grant_type=\xff",
        b"grant_type=%ff",
        b"%C0%AF=1",
        "grant_type=é".encode(),
        b"&".join([b"a=1"] * 65),
    ],
)
def test_a_form_that_cannot_be_decoded_is_refused(client: FlaskClient, raw: bytes) -> None:
    answer = client.post("/oauth/token", data=raw, content_type="application/x-www-form-urlencoded")
    document: Any = answer.json
    assert (answer.status_code, document["code"]) == (400, "malformed-request")


def test_a_form_too_large_is_refused(client: FlaskClient) -> None:
    answer = ask(client, {**IN_FORM, "padding": "a" * 20_000})
    assert answer.status_code == 413


def test_a_token_request_is_never_a_get(client: FlaskClient) -> None:
    answer = client.get("/oauth/token", query_string=IN_FORM)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


# --- how often ---


def test_failures_from_one_address_are_bounded_whichever_clients_they_name(
    client: FlaskClient,
) -> None:
    answers = [ask(client, **basic(f"guess-{n}", SECRET)) for n in range(70)]
    statuses = [answer.status_code for answer in answers]
    assert statuses == [401] * 60 + [429] * 10
    assert answers[-1].headers["Retry-After"] == "1"
    assert answers[0].headers["RateLimit"] == '"failed-authentications";r=59;t=1'
    assert answers[-1].headers["RateLimit"] == '"failed-authentications";r=0;t=1'


def test_a_good_client_is_not_harmed_by_strangers_who_fail_at_its_address(
    client: FlaskClient,
) -> None:
    for number in range(70):
        ask(client, **basic(f"guess-{number}", SECRET))
    assert ask(client, IN_FORM).status_code == 200


def test_a_good_client_is_not_harmed_by_strangers_who_know_its_id(client: FlaskClient) -> None:
    statuses = [ask(client, **basic(CLIENT_ID, "0" * 64)).status_code for _ in range(130)]
    assert statuses == [401] * 60 + [429] * 70
    assert ask(client, IN_FORM).status_code == 200


def test_failures_at_one_address_do_not_count_for_another(client: FlaskClient) -> None:
    for number in range(70):
        ask(client, **basic(f"guess-{number}", SECRET), **{"X-Forwarded-For": "203.0.113.9"})
    wrong = basic("nobody", SECRET)
    assert ask(client, **wrong, **{"X-Forwarded-For": "203.0.113.9"}).status_code == 429
    assert ask(client, **wrong, **{"X-Forwarded-For": "203.0.113.10"}).status_code == 401


def test_a_caller_cannot_choose_its_address(client: FlaskClient) -> None:
    """Only the entry that the gateway added last counts."""
    for number in range(60):
        claimed = f"198.51.100.{number}, 203.0.113.9"
        ask(client, **basic("nobody", SECRET), **{"X-Forwarded-For": claimed})
    claimed = "192.0.2.1, 203.0.113.9"
    assert ask(client, **basic("nobody", SECRET), **{"X-Forwarded-For": claimed}).status_code == 429


def test_a_client_that_never_keeps_its_token_is_slowed_down(client: FlaskClient) -> None:
    answers = [ask(client, IN_FORM) for _ in range(125)]
    assert [answer.status_code for answer in answers] == [200] * 120 + [429] * 5
    assert answers[0].headers["RateLimit-Policy"] == '"tokens";q=120;w=60'
    assert answers[119].headers["RateLimit"] == '"tokens";r=0;t=1'
