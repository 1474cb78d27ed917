"""Who gets through the gateway."""

from __future__ import annotations

import re

import pytest

from tests.chassis.forgeries import FORGERIES
from tests.gateway.conftest import Recorded
from tests.gateway.running import Server
from tests.gateway.wire import exchange, request
from tests.tokens import bearer, token

CAN_TRAVEL = [
    name for name, forgery in FORGERIES.items() if re.fullmatch(r"[\x21-\x7e]{1,8000}", forgery)
]
OPEN = "/api/v1/courses"
CLOSED = "/api/v1/enrolments"


@pytest.mark.parametrize("name", CAN_TRAVEL)
def test_a_forged_token_reaches_no_service(gateway: Server, recorded: Recorded, name: str) -> None:
    headers = {"Authorization": f"Bearer {FORGERIES[name]}"}

    closed, open_ = (request(gateway, "GET", path, headers=headers) for path in (CLOSED, OPEN))

    assert closed.status == open_.status == 401
    assert closed.problem() == "unauthenticated"
    assert 'error="invalid_token"' in (closed.header("WWW-Authenticate") or "")
    assert recorded() == []


def test_a_good_token_gets_through_and_is_passed_on(gateway: Server, recorded: Recorded) -> None:
    headers = bearer(role="operator")

    assert request(gateway, "GET", CLOSED, headers=headers).status == 200
    assert recorded()[0]["headers"]["authorization"] == headers["Authorization"]


def test_without_a_token_only_public_calls_get_through(gateway: Server, recorded: Recorded) -> None:
    refused = request(gateway, "GET", CLOSED)

    assert refused.status == 401
    assert refused.problem() == "unauthenticated"
    assert "error=" not in (refused.header("WWW-Authenticate") or "")
    assert request(gateway, "GET", OPEN).status == 200
    assert len(recorded()) == 1


@pytest.mark.parametrize(
    "value",
    [
        "Bearer",
        "Bearer ",
        "Bearer  {token}",
        "Bearer {token} {token}",
        "Bearer {token},Bearer {token}",
        "Basic {token}",
        "Token {token}",
        "{token}",
        "Bearer\t{token}",
        "Bearer {token};x",
        "",
    ],
)
@pytest.mark.parametrize("path", [OPEN, CLOSED])
def test_an_authorization_header_that_is_not_one_bearer_token_is_refused(
    gateway: Server, recorded: Recorded, value: str, path: str
) -> None:
    headers = {"Authorization": value.format(token=token())}

    assert request(gateway, "GET", path, headers=headers).status == 401
    assert recorded() == []


@pytest.mark.parametrize("second", ["Bearer x", "Basic eDp5", ""])
def test_two_authorization_headers_are_refused(
    gateway: Server, recorded: Recorded, second: str
) -> None:
    raw = (
        f"GET {OPEN} HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer {token()}\r\n"
        f"Authorization: {second}\r\n\r\n"
    )

    assert exchange(gateway, raw.encode()).status == 401
    assert recorded() == []


def test_a_token_in_the_address_is_none(gateway: Server) -> None:
    answer = request(gateway, "GET", f"{CLOSED}?access_token={token()}")

    assert answer.status == 401


def test_the_token_endpoint_reads_its_own_credentials(gateway: Server, recorded: Recorded) -> None:
    answer = request(
        gateway,
        "POST",
        "/oauth/token",
        headers={"Authorization": "Basic eDp5", "Content-Type": "text/plain"},
        body=b"grant_type=client_credentials",
    )

    assert answer.status == 200
    assert recorded()[0]["headers"]["authorization"] == "Basic eDp5"
