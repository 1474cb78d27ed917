"""A service's own token: kept while it is good, and replaced once where it is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import requests
from flask import Flask, Response, jsonify, request

from chassis.http_client import ServiceClient
from chassis.system_token import SystemToken
from tests.served import served


@dataclass
class Issuer:
    """Accounts and another service in one: it gives `token-1`, `token-2`… and takes the newest, unless told not to."""

    address: str = ""
    given: int = 0
    shown: list[str] = field(default_factory=list)
    takes_any: bool = True

    def takes(self, authorization: str | None) -> bool:
        self.shown.append(str(authorization).removeprefix("Bearer "))
        return self.takes_any and self.shown[-1] == f"token-{self.given}"


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    standing_in, app = Issuer(), Flask("issuer")

    @app.post("/oauth/token")
    def give() -> Response:
        standing_in.given += 1
        return jsonify(access_token=f"token-{standing_in.given}", expires_in=900)

    @app.get("/thing")
    def thing() -> Response:
        good = standing_in.takes(request.headers.get("Authorization"))
        return jsonify(good=True) if good else Response(status=401)

    with served(app) as standing_in.address:
        yield standing_in


@pytest.fixture
def token(issuer: Issuer) -> SystemToken:
    return SystemToken(
        ServiceClient(f"{issuer.address}/oauth/token"), client_id="c", client_secret="s"
    )


@pytest.fixture
def client(issuer: Issuer, token: SystemToken) -> ServiceClient:
    return ServiceClient(issuer.address, another_token=token.instead_of)


def test_one_token_serves_many_calls(
    issuer: Issuer, client: ServiceClient, token: SystemToken
) -> None:
    for _ in range(3):
        assert client.get_json("/thing", token=token()) == {"good": True}
    assert issuer.shown == ["token-1"] * 3


def test_a_refused_token_is_replaced_and_the_call_made_once_more(
    issuer: Issuer, client: ServiceClient, token: SystemToken
) -> None:
    token()
    issuer.given = 7  # token-1 is not taken any more, as after the issuer's keys were replaced
    assert client.get_json("/thing", token=token()) == {"good": True}
    assert issuer.shown == ["token-1", "token-8"]
    assert token() == "token-8"


def test_a_service_that_takes_no_token_is_asked_twice_and_no_more(
    issuer: Issuer, client: ServiceClient, token: SystemToken
) -> None:
    issuer.takes_any = False
    with pytest.raises(requests.HTTPError):
        client.get_json("/thing", token=token())
    assert issuer.shown == ["token-1", "token-2"]


def test_a_token_replaced_meanwhile_is_not_replaced_again(
    issuer: Issuer, token: SystemToken
) -> None:
    first = token()
    assert token.instead_of(first) == token.instead_of(first) == "token-2"
    assert issuer.given == 2


def test_without_a_token_a_refusal_is_final(issuer: Issuer, client: ServiceClient) -> None:
    with pytest.raises(requests.HTTPError):
        client.get_json("/thing")
    assert (issuer.given, issuer.shown) == (0, ["None"])
