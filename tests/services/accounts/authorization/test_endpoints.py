"""Tokens for people as applications ask for them over HTTP, and taking them back."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.accounts.app import build
from services.accounts.disable import disable
from services.accounts.domain.mandates import Mandate
from services.accounts.register import register
from tests.conformity import held_to_contract
from tests.services.accounts.authorization.house import (
    ACCOUNT,
    APP,
    BACK,
    CARD,
    OTHER_APP,
    SECRET,
    VERIFIER,
    Applications,
)
from tests.services.accounts.conftest import CLIENT_ID


@pytest.fixture
def client(applications: Applications) -> FlaskClient:
    """The application on a clock that stands still, so that throttles count without forgetting."""
    house = replace(applications.house, clock=lambda: 1_000.0)
    return held_to_contract(build(house)).test_client()


def basic(client_id: str, secret: str) -> dict[str, str]:
    encoded = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    return {"Authorization": f"Basic {encoded}"}


def exchange(client: FlaskClient, code: str, **changes: str) -> TestResponse:
    form = {
        "grant_type": "authorization_code",
        "client_id": APP,
        "code": code,
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
        **changes,
    }
    return client.post("/oauth/token", data=form)


def refresh(client: FlaskClient, token: str, **headers: str) -> TestResponse:
    form = {"grant_type": "refresh_token", "refresh_token": token}
    return client.post(
        "/oauth/token", data=form if headers else {**form, "client_id": APP}, headers=headers
    )


def revoke(client: FlaskClient, token: str, /, **changes: str) -> TestResponse:
    return client.post("/oauth/revocation", data={"client_id": APP, "token": token, **changes})


def refused(answer: TestResponse) -> tuple[int, str]:
    document: Any = answer.json
    assert answer.content_type == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert document["error_description"] == document["detail"]
    return answer.status_code, document["error"]


def revocations(client: FlaskClient) -> Any:
    return client.get("/internal/revocations").json


# --- tokens ---


def test_a_public_application_exchanges_its_code_and_goes_on(
    client: FlaskClient, applications: Applications
) -> None:
    answer = exchange(client, applications.code())
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    tokens: Any = answer.json
    again = refresh(client, tokens["refresh_token"])
    assert again.status_code == 200
    who = client.get(
        "/oauth/userinfo",
        headers={"Authorization": f"Bearer {again.json['access_token']}"},  # type: ignore[index]
    )
    assert who.json == {"sub": ACCOUNT, "role": "holder", "card": CARD}


def test_who_somebody_is_is_told_by_post_too_and_never_for_a_token_in_a_form(
    client: FlaskClient, applications: Applications
) -> None:
    token = (exchange(client, applications.code()).json or {})["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    form = {"Content-Type": "application/x-www-form-urlencoded"}

    for headers in (bearer, bearer | form):
        who = client.post("/oauth/userinfo", headers=headers)
        assert who.json == {"sub": ACCOUNT, "role": "holder", "card": CARD}
    assert client.post("/oauth/userinfo", data={"access_token": token}).status_code == 401


def test_an_application_with_a_server_proves_itself_by_its_secret(
    client: FlaskClient, applications: Applications
) -> None:
    form = {
        "grant_type": "authorization_code",
        "code": applications.code(client_id=OTHER_APP),
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
    }
    wrong = client.post("/oauth/token", data=form, headers=basic(OTHER_APP, "0" * 64))
    assert refused(wrong) == (401, "invalid_client")
    unproved = client.post("/oauth/token", data={**form, "client_id": OTHER_APP})
    assert refused(unproved) == (401, "invalid_client")
    answer = client.post("/oauth/token", data=form, headers=basic(OTHER_APP, SECRET))
    assert answer.status_code == 200


def test_a_public_application_has_no_secret_to_send(
    client: FlaskClient, applications: Applications
) -> None:
    answer = exchange(client, applications.code(), client_secret=SECRET)
    assert refused(answer) == (401, "invalid_client")


def test_an_application_gets_nothing_for_itself(client: FlaskClient) -> None:
    form = {"grant_type": "client_credentials"}
    answer = client.post("/oauth/token", data=form, headers=basic(OTHER_APP, SECRET))
    assert refused(answer) == (400, "unauthorized_client")


@pytest.mark.parametrize("form", [{"code": ["a", "b"]}, {"code_verifier": ["a", "b"]}])
def test_a_parameter_sent_twice_is_an_invalid_request(
    client: FlaskClient, form: dict[str, list[str]]
) -> None:
    answer = client.post(
        "/oauth/token", data={"grant_type": "authorization_code", "client_id": APP, **form}
    )
    assert refused(answer) == (400, "invalid_request")


def test_what_is_wrong_with_a_code_comes_with_what_to_do(
    client: FlaskClient, applications: Applications
) -> None:
    code = applications.code()
    answers = [
        exchange(client, "guess"),
        exchange(client, code, redirect_uri=f"{BACK}/other"),
        exchange(client, code, code_verifier="x" * 43),
        refresh(client, "guess"),
    ]
    for answer in answers:
        assert refused(answer) == (400, "invalid_grant")
        assert "Send the person through /oauth/authorize again." in (answer.json or {})["detail"]
    told = [(answer.json or {})["detail"].partition(". ")[0] for answer in answers]
    assert told[:3] == [
        "Invalid 'code' in request",
        "Invalid 'redirect_uri' in request",
        "Code challenge failed",
    ]
    incomplete = exchange(client, code, code_verifier="")
    assert refused(incomplete) == (400, "invalid_request")
    assert (incomplete.json or {})["detail"].startswith("Missing 'code_verifier'. Send ")


def test_guesses_at_codes_are_bounded_by_address(client: FlaskClient) -> None:
    statuses = [exchange(client, f"guess-{n}").status_code for n in range(65)]
    assert statuses == [400] * 60 + [429] * 5


def test_somebody_who_guesses_keeps_nobody_else_from_signing_in(
    client: FlaskClient, applications: Applications
) -> None:
    for number in range(65):
        exchange(client, f"guess-{number}")
    assert exchange(client, applications.code()).status_code == 200


def test_an_application_with_a_server_is_not_slowed_down_by_how_many_people_use_it(
    client: FlaskClient,
) -> None:
    statuses = {
        refresh(client, f"old-{n}", **basic(OTHER_APP, SECRET)).status_code for n in range(130)
    }
    assert statuses == {400}


# --- taking back ---


@pytest.mark.parametrize("kind", ["refresh_token", "access_token"])
def test_taking_one_token_back_takes_back_the_whole_sign_in(
    client: FlaskClient, applications: Applications, kind: str
) -> None:
    tokens = applications.tokens()
    answer = revoke(client, tokens[kind], token_type_hint=kind)
    assert (answer.status_code, answer.json) == (200, {})
    assert refused(refresh(client, tokens["refresh_token"])) == (400, "invalid_grant")
    grant = applications.house.verifier.verify(tokens["access_token"]).grant
    assert revocations(client)["grants"] == [grant]
    assert [body["by"] for _, body in applications.journal()] == ["revoked"]


def test_a_hint_that_nobody_knows_is_passed_over(
    client: FlaskClient, applications: Applications
) -> None:
    token = applications.tokens()["refresh_token"]
    assert revoke(client, token, token_type_hint="of-another-kind").status_code == 200
    assert refused(refresh(client, token)) == (400, "invalid_grant")


def test_a_public_application_may_name_itself_by_basic_without_a_secret(
    client: FlaskClient, applications: Applications
) -> None:
    token = applications.tokens()["refresh_token"]
    assert refresh(client, token, **basic(APP, "")).status_code == 200


def test_taking_back_twice_does_no_more(client: FlaskClient, applications: Applications) -> None:
    token = applications.tokens()["refresh_token"]
    assert revoke(client, token).status_code == revoke(client, token).status_code == 200
    assert len(applications.journal()) == 1


@pytest.mark.parametrize("token", ["unknown", "a.b.c", "\N{SNOWMAN}"])
def test_whether_a_token_was_known_is_not_told(client: FlaskClient, token: str) -> None:
    assert (revoke(client, token).status_code, revoke(client, token).json) == (200, {})


def test_nobody_takes_back_another_applications_tokens(
    client: FlaskClient, applications: Applications
) -> None:
    tokens = applications.tokens()
    for kind in ("refresh_token", "access_token"):
        form = {"token": tokens[kind]}
        answer = client.post("/oauth/revocation", data=form, headers=basic(OTHER_APP, SECRET))
        assert answer.status_code == 200
    assert refresh(client, tokens["refresh_token"]).status_code == 200
    assert revocations(client) == {"grants": [], "clients": []}


def test_a_program_that_calls_for_itself_takes_nothing_back(client: FlaskClient) -> None:
    form = {"token": "x"}
    answer = client.post("/oauth/revocation", data=form, headers=basic(CLIENT_ID, SECRET))
    assert refused(answer) == (400, "unauthorized_client")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"token": ""}, (400, "invalid_request")),
        ({"client_id": "nobody"}, (401, "invalid_client")),
        ({"client_id": ""}, (401, "invalid_client")),
    ],
)
def test_a_request_to_take_back_that_is_wrong_says_so(
    client: FlaskClient, changes: dict[str, str], error: tuple[int, str]
) -> None:
    assert refused(revoke(client, "x", **changes)) == error


def test_a_disabled_application_or_program_is_told_to_the_gateway(
    client: FlaskClient, applications: Applications
) -> None:
    register(
        applications.house, client_id="lms", secret=SECRET, mandate=Mandate("operator"), name=""
    )
    disable(applications.house, "lms")
    disable(applications.house, APP)
    assert revocations(client) == {"grants": [], "clients": ["lms", APP]}
    assert refused(exchange(client, "x")) == (401, "invalid_client")
