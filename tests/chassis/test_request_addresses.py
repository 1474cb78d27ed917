"""An address, or a query, that is not exactly one of ours is refused before a handler runs."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.chassis.problem_documents import code, pointers
from tests.chassis.small_service import ID, THING


def test_a_query_is_read_with_its_defaults(client: FlaskClient) -> None:
    answer: Any = client.get("/api/v1/things?open=true&q=las%20listrik").json
    assert answer["query"] == {"limit": 50, "open": True, "q": "las listrik"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("limit=0", ["/limit"]),
        ("limit=201", ["/limit"]),
        ("limit=1.5", ["/limit"]),
        ("limit=%D9%A3", ["/limit"]),
        ("limit=99999999999999999999", ["/limit"]),
        ("limit=", ["/limit"]),
        ("limit=1&limit=1", ["/limit"]),
        ("q=a&q=b&limit=1", ["/q"]),
        ("nope=1", ["/nope"]),
        ("open=yes", ["/open"]),
        ("q=a%00b", ["/q"]),
        ("q=%ff", ["/q"]),
        ("q=%ed%a0%80", ["/q"]),
        ("q=", ["/q"]),
        ("q", ["/q"]),
        ("LIMIT=1", ["/LIMIT"]),
        ("limit=0&nope=1", ["/limit", "/nope"]),
    ],
)
def test_each_wrong_part_of_a_query_is_named(
    client: FlaskClient, query: str, expected: list[str]
) -> None:
    answer = client.get(f"/api/v1/things?{query}")
    assert code(answer) == (422, "validation-failed")
    assert sorted(pointers(answer)) == expected


@pytest.mark.parametrize("query", ["%ff=1", "&".join(f"q{n}=1" for n in range(65))])
def test_a_query_that_cannot_be_read_is_malformed(client: FlaskClient, query: str) -> None:
    assert code(client.get(f"/api/v1/things?{query}")) == (400, "malformed-request")


def test_a_call_without_a_query_refuses_one(client: FlaskClient) -> None:
    assert pointers(client.get(f"/api/v1/things/{ID}?expand=all")) == ["/expand"]
    assert pointers(client.post("/api/v1/public-things?dry=1", json=THING)) == ["/dry"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/things/1",
        f"/api/v1/things/{ID.upper().replace('7000', '7ABC')}",
        f"/api/v1/things/{ID}x",
        f"/api/v1/things/{ID}/",
        f"/api/v1/things/%7B{ID}%7D",
        f"/api/v1/things/{ID}%0A",
        f"/api/v1//things/{ID}",
        f"/api/v1/things/..%2fthings%2f{ID}",
        f"/api/v1/things/{ID.replace('0', '%D9%A0')}",
        "/api/v1/things/",
        "/API/v1/things",
        "/",
    ],
)
def test_an_address_that_is_not_exactly_one_of_ours_is_not_found(
    client: FlaskClient, path: str
) -> None:
    assert code(client.get(path)) == (404, "not-found")


def test_an_id_arrives_as_it_was_sent(client: FlaskClient) -> None:
    answer: Any = client.get(f"/api/v1/things/{ID}").json
    assert answer["path"] == {"thing_id": ID}
