"""Which addresses exist: those of the table, each at its service, and nothing else behind the gateway."""

from __future__ import annotations

import re

import pytest

from gateway.routes import ROUTES, Route
from gateway.targets import Table
from tests.gateway.conftest import Recorded
from tests.gateway.running import Server
from tests.gateway.wire import request
from tests.tokens import bearer

ID = "0190f5a2-7c3e-7b1d-9a4f-5e6d7c8b9a01"
NAME = "2027-01b"
DAY = "2027-01-31"
COURSE = f"/api/v1/courses/{ID}"


def test_an_address_reaches_its_service_as_the_table_spells_it(
    gateway: Server, recorded: Recorded
) -> None:
    assert request(gateway, "GET", COURSE).status == 200
    assert [entry["target"] for entry in recorded()] == [COURSE]


def test_the_query_travels_as_it_was_sent(gateway: Server, recorded: Recorded) -> None:
    query = "?q=a%20b+c&track=skilling&track=upskilling&empty=&%C3%A9=%E2%82%AC&x=%2F..%2F;y[]=1"
    request(gateway, "GET", f"/api/v1/courses{query}")
    request(gateway, "GET", "/api/v1/courses?")

    assert [entry["target"] for entry in recorded()] == [
        f"/api/v1/courses{query}",
        "/api/v1/courses?",
    ]


def test_a_method_that_an_address_does_not_take_is_told_which_ones_it_takes(
    gateway: Server, recorded: Recorded
) -> None:
    answer = request(gateway, "DELETE", COURSE, headers=bearer())

    assert answer.status == 405
    assert answer.problem() == "method-not-allowed"
    assert answer.header("Allow") == "GET, HEAD, PATCH"
    assert request(gateway, "OPTIONS", COURSE).status == 405
    assert request(gateway, "TRACE", COURSE).status == 405
    assert recorded() == []


@pytest.mark.parametrize(
    ("query", "service"),
    [
        ("", "enrolment"),
        ("?after=7", "enrolment"),
        ("?journal=enrolment", "enrolment"),
        ("?journal=catalog", "catalog"),
        ("?after=7&journal=accounts", "accounts"),
        ("?%6Aournal=accounts", "accounts"),
        ("?journal=%63atalog", "catalog"),
    ],
)
def test_the_journal_asked_for_chooses_the_service(query: str, service: str) -> None:
    match = Table(ROUTES).match("GET", f"/api/v1/log/entries{query}")

    assert match is not None
    assert match.upstream == service


@pytest.mark.parametrize(
    "query",
    ["?journal=", "?journal=portal", "?journal=catalog&journal=accounts", "?journal=Catalog"],
)
def test_a_journal_that_does_not_exist_is_refused_by_name(gateway: Server, query: str) -> None:
    answer = request(gateway, "GET", f"/api/v1/log/entries{query}", headers=bearer())

    assert answer.status == 422
    assert answer.problem() == "validation-failed"
    assert answer.json()["errors"][0]["pointer"] == "/journal"


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_every_route_reaches_the_service_with_its_ids_in_their_places(
    gateway: Server, recorded: Recorded, route: Route
) -> None:
    method, path = route.method, route.path.replace("{version}", NAME).replace("{day}", DAY)
    path = re.sub(r"\{[a-z_]+\}", ID, path)
    body = None if method == "GET" else b"{}"
    if path == "/.well-known/jwks.json":
        assert request(gateway, method, path).json()["keys"]
        return

    answer = request(gateway, method, path, headers=bearer(), body=body)

    assert answer.status == 200
    assert [(entry["method"], entry["target"]) for entry in recorded()] == [(method, path)]


@pytest.mark.parametrize(
    "path",
    [
        f"/rules/{ID}",
        f"/courses/{NAME}",
        f"/rules/{NAME}/withdrawal/{NAME}",
        "/rules/2027-01B",
        "/rules/preview-01",
        "/rules/" + "1" * 33,
        "/rules/-01",
    ],
)
def test_a_name_stands_only_where_a_route_has_one_and_no_id_stands_there(path: str) -> None:
    assert Table(ROUTES).match("GET", f"/api/v1{path}") is None
