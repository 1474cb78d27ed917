"""How often one caller may ask: told with the refusal, counted for each by itself, before anything behind is asked."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from chassis.identity import Principal
from chassis.problems import TooManyRequests
from gateway.bounds import Bounds
from tests.gateway.conftest import Recorded
from tests.gateway.running import Server, gateway_environment, gunicorn
from tests.gateway.wire import request
from tests.tokens import bearer, verifier

OWN = "/api/v1/enrolments"
OPEN = "/api/v1/courses/0198f3c1-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
def strict_gateway(service: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A gateway that lets a holder ask three times a minute, and anybody else six times."""
    environment = gateway_environment(
        service.url,
        REQUESTS_A_MINUTE_OF_ONE_HOLDER="3",
        REQUESTS_A_MINUTE_OF_ANOTHER="6",
    )
    folder = tmp_path_factory.mktemp("strict-gateway")
    with gunicorn("gateway.app:create_app()", folder, environment=environment) as server:
        yield server


def holder() -> dict[str, str]:
    return bearer(role="holder", card=str(uuid.uuid4()))


def test_a_holder_who_asks_without_end_is_refused_and_nobody_else(
    strict_gateway: Server, recorded: Recorded
) -> None:
    recorded()
    one, other = holder(), holder()
    answers = [request(strict_gateway, "GET", OWN, headers=one) for _ in range(5)]
    assert [answer.status for answer in answers] == [200, 200, 200, 429, 429]
    refused = answers[-1]
    assert refused.problem() == "too-many-requests"
    assert refused.header("RateLimit-Policy") == '"requests";q=3;w=60'
    assert refused.header("RateLimit") == f'"requests";r=0;t={refused.header("Retry-After")}'
    assert 1 <= int(refused.header("Retry-After") or 0) <= 20
    assert len(recorded()) == 3, "who is refused reaches no service"
    assert request(strict_gateway, "GET", OWN, headers=other).status == 200


def test_a_caller_who_is_refused_is_refused_everywhere(strict_gateway: Server) -> None:
    one = holder()
    assert [request(strict_gateway, "GET", OPEN, headers=one).status for _ in range(3)] == [200] * 3
    assert request(strict_gateway, "GET", OWN, headers=one).status == 429
    assert request(strict_gateway, "GET", OPEN, headers=one).status == 429


def test_staff_and_programs_may_ask_oftener_and_who_has_no_token_is_not_counted(
    strict_gateway: Server,
) -> None:
    staff = bearer(role="operator", subject="operator:1")
    answers = [request(strict_gateway, "GET", OWN, headers=staff).status for _ in range(7)]
    assert answers == [200] * 6 + [429]
    assert [request(strict_gateway, "GET", OPEN).status for _ in range(9)] == [200] * 9


def test_a_forged_token_counts_for_nobody(strict_gateway: Server) -> None:
    one = holder()
    forged = {"Authorization": one["Authorization"][:-4] + "AAAA"}
    assert {request(strict_gateway, "GET", OWN, headers=forged).status for _ in range(5)} == {401}
    assert request(strict_gateway, "GET", OWN, headers=one).status == 200


def test_as_time_passes_one_after_the_other_is_let_through_again() -> None:
    now = 0.0
    bounds = Bounds(of_holder=3, of_another=3, clock=lambda: now)
    one = _caller()
    assert [_is_let_through(bounds, one) for _ in range(4)] == [True, True, True, False]
    now = 19.9
    assert not _is_let_through(bounds, one)
    now = 20.0
    assert [_is_let_through(bounds, one) for _ in range(2)] == [True, False]
    now = 200.0
    assert [_is_let_through(bounds, one) for _ in range(4)] == [True, True, True, False]


def _caller() -> Principal:
    return verifier().verify(holder()["Authorization"].removeprefix("Bearer "))


def _is_let_through(bounds: Bounds, caller: Principal) -> bool:
    try:
        bounds.count(caller)
    except TooManyRequests:
        return False
    return True
