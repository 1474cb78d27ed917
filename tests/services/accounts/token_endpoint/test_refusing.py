"""`POST /oauth/token`: who gets no token, and how that is said."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.accounts.disable import disable
from services.accounts.domain.mandates import Mandate
from services.accounts.register import register
from services.accounts.service import AccountsService
from tests.services.accounts.conftest import CLIENT_ID, SECRET
from tests.services.accounts.token_endpoint.asking import GRANT, IN_FORM, ask, basic, refusal


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
