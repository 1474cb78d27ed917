"""Who may make a call, how long it may take, and what its handler is told of the caller."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.chassis.problem_documents import code, problem
from tests.chassis.small_service import ID, THING, House
from tests.tokens import bearer


def test_a_call_without_a_token_is_challenged(client: FlaskClient) -> None:
    answer = client.post("/api/v1/things", json=THING)
    assert code(answer) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="balai"'


def test_a_role_that_may_not_call_is_told_which_may(client: FlaskClient, house: House) -> None:
    answer = client.post(f"/api/v1/things/{ID}/closing", headers=bearer(role="auditor"))
    assert code(answer) == (403, "forbidden")
    assert "officer, operator" in problem(answer)["detail"]
    assert house.calls == []


@pytest.mark.parametrize("role", ["operator", "officer"])
def test_each_role_that_may_call_can(client: FlaskClient, house: House, role: str) -> None:
    headers = bearer(role=role, subject="me")
    assert client.post(f"/api/v1/things/{ID}/closing", headers=headers).status_code == 200
    assert [call.caller.subject for call in house.calls] == ["me"]


def test_a_public_call_knows_its_caller_where_there_is_one(client: FlaskClient) -> None:
    answer: Any = client.get("/api/v1/things", headers=bearer(subject="me")).json
    assert answer["caller"] == "me"
    answer = client.get("/api/v1/things").json
    assert answer["caller"] is None


@pytest.mark.parametrize("header", ["Bearer abc", "Basic YTpi", "abc", ""])
def test_a_public_call_does_not_take_a_bad_token_for_none(client: FlaskClient, header: str) -> None:
    answer = client.get("/api/v1/things", headers={"Authorization": header})
    assert code(answer) == (401, "unauthenticated")
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_a_stranger_learns_nothing_about_what_a_body_should_be(client: FlaskClient) -> None:
    answer = client.post("/api/v1/things", data=b"{", content_type="text/plain")
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 30.0),
        ("1500", 1.5),
        ("0", 0.0),
        ("999999", 30.0),
        ("-1", 30.0),
        ("1e3", 30.0),
        ("١", 30.0),
    ],
)
def test_a_caller_may_say_how_long_it_waits(
    client: FlaskClient, house: House, header: str | None, seconds: float
) -> None:
    headers = {} if header is None else {"X-Time-Left-Ms": header.encode().decode("latin-1")}
    client.get("/api/v1/things", headers=headers)
    assert house.calls[0].seconds_left == seconds
