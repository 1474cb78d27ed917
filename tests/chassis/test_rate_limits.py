"""What callers are told of the bounds on them, with every answer and of their own request alone."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from chassis import rate_limits
from chassis.rate_limits import Bound, Standing
from chassis.throttle import Throttle
from tests.chassis.small_service import House, build

BOUND = Bound("tries", 6, 60, counts="tries")


@pytest.fixture
def client() -> FlaskClient:
    return build(House()).test_client()


def told(answer: TestResponse) -> tuple[str | None, str | None]:
    return answer.headers.get("RateLimit-Policy"), answer.headers.get("RateLimit")


def standing(throttle: Throttle, key: str, *, now: float) -> Standing:
    """Return how a key stands, as a caller who asks would be told."""
    rate_limits.begin()
    throttle.wait(key, now=now)
    (policy, limit) = rate_limits.headers().values()
    assert policy == '"tries";q=6;w=60'
    left, _, more_in = limit.removeprefix('"tries";r=').partition(";t=")
    return Standing(BOUND, left=int(left), more_in=int(more_in or 0))


def test_an_answer_tells_each_bound_that_was_asked_and_how_the_caller_stands(
    client: FlaskClient,
) -> None:
    answer = client.post("/api/v1/tries", json={})

    assert answer.status_code == 200
    assert told(answer) == ('"tries";q=2;w=60, "waits";q=3;w=60', '"tries";r=1;t=30, "waits";r=3')


def test_a_refusal_tells_it_too_and_the_wait_is_that_of_retry_after(client: FlaskClient) -> None:
    for _ in range(2):
        assert client.post("/api/v1/tries", json={}).status_code == 200
    answer = client.post("/api/v1/tries", json={})

    assert answer.status_code == 429
    assert told(answer) == ('"tries";q=2;w=60', '"tries";r=0;t=30')
    assert answer.headers["Retry-After"] == "30"


def test_so_does_a_failure(client: FlaskClient) -> None:
    answer = client.post("/api/v1/tries", json={"fails": True})

    assert answer.status_code == 500
    assert told(answer)[1] == '"tries";r=1;t=30, "waits";r=3'


def test_what_asked_no_throttle_tells_nothing_whatever_was_told_before(client: FlaskClient) -> None:
    client.post("/api/v1/tries", json={})

    for answer in (
        client.get("/api/v1/things"),
        client.get("/healthz"),
        client.get("/nothing"),
        client.post("/api/v1/tries", json={"unknown": 1}),  # refused before anything is counted
    ):
        assert told(answer) == (None, None)


def test_outside_a_request_nothing_is_kept() -> None:
    Throttle(BOUND).take("a", now=0.0)


def test_what_is_left_falls_with_each_that_is_taken_and_comes_back_one_by_one() -> None:
    throttle = Throttle(BOUND)
    seen = [standing(throttle, "a", now=0.0)]
    for _ in range(6):
        throttle.take("a", now=0.0)
        seen.append(standing(throttle, "a", now=0.0))

    assert [one.left for one in seen] == [6, 5, 4, 3, 2, 1, 0]
    assert [one.more_in for one in seen] == [0, 10, 10, 10, 10, 10, 10]
    assert standing(throttle, "a", now=4.5) == Standing(BOUND, left=0, more_in=6)
    assert standing(throttle, "a", now=10.0) == Standing(BOUND, left=1, more_in=10)
    assert standing(throttle, "a", now=59.9) == Standing(BOUND, left=5, more_in=1)
    assert standing(throttle, "a", now=60.0) == Standing(BOUND, left=6, more_in=0)


@pytest.mark.parametrize("count", [1, 2, 3, 7, 13, 60, 120])
def test_who_is_told_that_some_are_left_is_never_refused_and_who_is_told_none_always(
    count: int,
) -> None:
    throttle, now = Throttle(Bound("tries", count, 60, counts="tries")), 0.0
    for step in range(2_000):
        rate_limits.begin()
        seconds = throttle.wait("a", now=now)
        none_left = ";r=0;" in rate_limits.headers()["RateLimit"]
        assert none_left == (seconds > 0)
        throttle.take("a", now=now)
        now += (step * 7 % 11) / 10


def test_counted_beyond_the_share_nothing_is_left_for_longer() -> None:
    throttle = Throttle(BOUND)
    for _ in range(8):
        throttle.count("a", now=0.0)
    assert standing(throttle, "a", now=0.0) == Standing(BOUND, left=0, more_in=30)
