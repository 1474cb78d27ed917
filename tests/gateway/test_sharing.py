"""Requests for a public list that are alike are given one answer; what is one caller's own never is."""

from __future__ import annotations

import itertools
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway.sharing import KEPT_FOR
from tests.gateway.conftest import Recorded
from tests.gateway.running import Server
from tests.gateway.wire import Received, request
from tests.tokens import bearer

CROWD = 20
_numbers = itertools.count()


@pytest.fixture
def list_path() -> str:
    """A list that nobody asked for a moment ago."""
    return f"/api/v1/courses?do=list&n={next(_numbers)}"


def crowd(gateway: Server, path: str, **headers: str) -> list[Received]:
    """Have many ask the same at once."""
    with ThreadPoolExecutor(CROWD) as callers:
        return list(
            callers.map(
                lambda _: request(gateway, "GET", path, headers=dict(headers)), range(CROWD)
            )
        )


def test_of_a_crowd_that_asks_the_same_one_request_goes_to_the_service(
    gateway: Server, recorded: Recorded
) -> None:
    answers = crowd(gateway, f"/api/v1/courses?do=slow-list&n={next(_numbers)}")
    assert {(answer.status, answer.body) for answer in answers} == {(200, b'{"items": []}')}
    assert {answer.header("ETag") for answer in answers} == {'"v1"'}
    assert len({answer.header("X-Request-Id") for answer in answers}) == CROWD
    assert len(recorded()) == 1


def test_the_largest_page_of_a_list_is_shared_too(gateway: Server, recorded: Recorded) -> None:
    answers = crowd(gateway, f"/api/v1/classes?do=slow-page&n={next(_numbers)}")
    assert {(answer.status, len(answer.body)) for answer in answers} == {(200, 400_015)}
    assert len(recorded()) == 1


def test_whoever_has_what_is_too_long_to_be_shared_is_told_so(
    gateway: Server, recorded: Recorded
) -> None:
    path = f"/api/v1/classes?do=long-list&n={next(_numbers)}"
    known = request(gateway, "GET", path, headers={"If-None-Match": '"v1"'})
    assert (known.status, known.body, known.header("ETag")) == (304, b"", '"v1"')
    other = request(gateway, "GET", path, headers={"If-None-Match": '"v0"'})
    assert (other.status, len(other.body)) == (200, 600_015)
    assert len(recorded()) == 2


def test_what_was_answered_is_told_for_a_moment_only(
    gateway: Server, recorded: Recorded, list_path: str
) -> None:
    request(gateway, "GET", list_path)
    time.sleep(KEPT_FOR + 0.1)
    request(gateway, "GET", list_path)
    assert len(recorded()) == 2


@pytest.mark.parametrize(
    ("more", "headers"),
    [
        ("&limit=1", {}),
        ("", {"Accept": "application/json"}),
        ("", {"Accept-Encoding": "gzip"}),
        ("", {"Accept-Language": "id"}),
    ],
)
def test_what_is_not_alike_is_asked_apart(
    gateway: Server, recorded: Recorded, list_path: str, more: str, headers: dict[str, str]
) -> None:
    request(gateway, "GET", list_path)
    request(gateway, "GET", list_path + more, headers=headers)
    assert len(recorded()) == 2


def test_whoever_shows_a_token_is_given_an_answer_of_its_own(
    gateway: Server, recorded: Recorded, list_path: str
) -> None:
    request(gateway, "GET", list_path)
    request(gateway, "GET", list_path, headers=bearer(role="operator"))
    crowd(gateway, list_path, **bearer(role="auditor"))
    assert len(recorded()) == 2 + CROWD


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/courses?do=list-with-cookie",
        "/api/v1/courses?do=refusal",
        "/api/v1/courses?do=redirect",
        "/api/v1/courses?do=plain",
        "/api/v1/courses?do=long-list",
        "/api/v1/pauses?do=list",
        "/api/v1/classes/0197a1b2-c3d4-7000-8000-000000000001?do=list",
    ],
)
def test_what_is_not_everybodys_is_asked_by_each(
    gateway: Server, recorded: Recorded, path: str
) -> None:
    answers = crowd(gateway, path)
    assert len({answer.status for answer in answers}) == 1
    assert len(recorded()) == CROWD


@pytest.mark.parametrize("tag", ['"v1"', 'W/"v1"', '"v0", "v1"', "*"])
def test_whoever_has_the_answer_is_told_so(
    gateway: Server, recorded: Recorded, list_path: str, tag: str
) -> None:
    answer = request(gateway, "GET", list_path, headers={"If-None-Match": tag})
    assert (answer.status, answer.body) == (304, b"")
    assert answer.header("ETag") == '"v1"'
    assert "if-none-match" not in recorded()[0]["headers"]


@pytest.mark.parametrize("tag", ['"v2"', "v1x", "", '"V1"'])
def test_whoever_has_another_is_given_this_one(gateway: Server, list_path: str, tag: str) -> None:
    answer = request(gateway, "GET", list_path, headers={"If-None-Match": tag})
    assert (answer.status, answer.body) == (200, b'{"items": []}')


def test_a_head_request_goes_its_own_way(
    gateway: Server, recorded: Recorded, list_path: str
) -> None:
    request(gateway, "GET", list_path)
    assert request(gateway, "HEAD", list_path).status == 200
    assert [entry["method"] for entry in recorded()] == ["GET", "HEAD"]
