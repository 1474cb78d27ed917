"""Clients that are idle or slow, in numbers: the others are answered all the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.gateway.running import Server, gateway_environment, gunicorn
from tests.gateway.wire import Wire, request, written
from tests.tokens import bearer

EACH = 100
WRITE = "/api/v1/enrolments"


@pytest.fixture(scope="module")
def crowded(service: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A gateway for at most as many connections as the idle clients of one kind alone take."""
    with gunicorn(
        "gateway.app:create_app()",
        tmp_path_factory.mktemp("crowded"),
        environment=gateway_environment(service.url),
        arguments=("--worker-connections", str(EACH)),
    ) as server:
        yield server


def _open(server: Server, count: int, first_bytes: bytes, stack: ExitStack) -> list[Wire]:
    wires = [stack.enter_context(Wire.to(server)) for _ in range(count)]
    for wire in wires:
        wire.send(first_bytes)
    return wires


def test_idle_and_slow_clients_do_not_keep_others_from_being_answered(gateway: Server) -> None:
    slow_body = written("POST", WRITE, headers={"Content-Length": "100", **bearer()}) + b"x"
    with ExitStack() as stack:
        _open(gateway, EACH, b"", stack)
        _open(gateway, EACH, b"GET /api/v1/courses HTTP/1.1\r\nHost: g\r\nX-Slow: ", stack)
        _open(gateway, EACH, slow_body, stack)

        for _ in range(20):
            answer = request(gateway, "POST", WRITE, headers=bearer(), body=b"{}")
            assert answer.status == 200


@pytest.mark.parametrize("sent", [b"", b"GET /api/v1/courses HTTP/1.1\r\nHost: g\r\nX-Slow: "])
def test_who_waits_longest_without_a_request_gives_way_when_it_is_crowded(
    crowded: Server, sent: bytes
) -> None:
    with ExitStack() as stack:
        idle = _open(crowded, EACH, sent, stack)

        for _ in range(20):
            assert request(crowded, "POST", WRITE, headers=bearer(), body=b"{}").status == 200

        assert idle[0].is_closed()
