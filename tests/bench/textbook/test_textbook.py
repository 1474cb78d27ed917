"""What the product is compared with does its work: it gives a seat once, to whom it may, and keeps its answers."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.bench.textbook import app as textbook
from tests.bench.textbook.running import BALANCE, make_database
from tests.tokens import AUDIENCE, ISSUER, PUBLIC_JWK, bearer

PRICE = 100_000
CARDS = [str(uuid.uuid4()) for _ in range(3)]
CLASS = str(uuid.uuid4())


@pytest.fixture
def client(postgres_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    """The application on a database with three cards and a class of two seats."""
    monkeypatch.setattr(textbook, "keys_at", lambda _url: {"keys": [PUBLIC_JWK]})
    address = make_database(postgres_server, cards=CARDS, classes=[CLASS], seats=2, price=PRICE)
    settings = {
        "DATABASE_URL": address,
        "JWKS_URL": "http://accounts.test/.well-known/jwks.json",
        "ISSUER": ISSUER,
        "AUDIENCE": AUDIENCE,
    }
    app = textbook.create_app(settings)
    yield app.test_client()
    app.extensions["engine"].dispose()


def enrol(client: FlaskClient, card: str, key: str, *, price: int = PRICE) -> TestResponse:
    headers = {**bearer(role="holder", card=card), "Idempotency-Key": key}
    body = {"class_id": CLASS, "expected_price": price}
    return client.post("/api/v1/enrolments", json=body, headers=headers)


def test_a_seat_is_given_paid_for_and_told_again_under_its_key(client: FlaskClient) -> None:
    first = enrol(client, CARDS[0], "one")
    assert first.status_code == 201
    assert first.json is not None
    assert first.json["balance"] == BALANCE - PRICE
    again = enrol(client, CARDS[0], "one")
    assert (again.status_code, again.json) == (201, first.json)


def test_no_more_seats_are_given_than_there_are(client: FlaskClient) -> None:
    assert [enrol(client, card, "one").status_code for card in CARDS] == [201, 201, 409]


def test_another_price_and_a_caller_without_a_token_are_refused(client: FlaskClient) -> None:
    assert enrol(client, CARDS[0], "one", price=1).status_code == 409
    body = {"class_id": CLASS, "expected_price": PRICE}
    assert client.post("/api/v1/enrolments", json=body).status_code == 401
