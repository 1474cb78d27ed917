"""What is sent to a service a second time, over which connections, and what is not."""

from __future__ import annotations

import socket

import pytest

from tests.gateway.running import Server, gateway_environment, gunicorn
from tests.gateway.scripted import Scripted, Visit
from tests.gateway.wire import request
from tests.tokens import bearer

READ = "/api/v1/courses"
WRITE = "/api/v1/enrolments"


def test_a_safe_request_is_sent_again_once_where_nothing_was_answered(
    patient: Server, service: Scripted
) -> None:
    def close_the_first_time(visit: Visit) -> None:
        if visit.read_request() and visit.number > 1:
            visit.answer()

    service.script = close_the_first_time

    assert request(patient, "GET", READ).status == 200
    assert len(service.requests) == 2


@pytest.mark.parametrize("end", ["close", "reset"])
def test_a_safe_request_is_not_sent_a_third_time(
    patient: Server, service: Scripted, end: str
) -> None:
    def end_at_once(visit: Visit) -> None:
        visit.read_request()
        if end == "reset":
            visit.reset()

    service.script = end_at_once
    answer = request(patient, "GET", READ)

    assert answer.status == 502
    assert answer.problem() == "bad-upstream-answer"
    assert len(service.requests) == 2


@pytest.mark.parametrize("end", ["close", "reset"])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_write_is_never_sent_again(
    patient: Server, service: Scripted, end: str, method: str
) -> None:
    def end_at_once(visit: Visit) -> None:
        visit.read_request()
        if end == "reset":
            visit.reset()

    service.script = end_at_once
    path = WRITE if method == "POST" else f"{READ}/0190f5a2-7c3e-7b1d-9a4f-5e6d7c8b9a01"
    answer = request(patient, method, path, headers=bearer(), body=b"{}")

    assert answer.status == 502
    assert answer.problem() == "bad-upstream-answer"
    assert len(service.requests) == 1


def test_a_write_over_a_kept_connection_that_has_ended_goes_over_a_new_one(
    patient: Server, service: Scripted
) -> None:
    for _ in range(5):
        assert request(patient, "POST", WRITE, headers=bearer(), body=b"{}").status == 200
        service.drop_visitors()

    assert len(service.requests) == 5
    assert service.visits == 5


def test_connections_to_services_are_kept(patient: Server, service: Scripted) -> None:
    for _ in range(10):
        assert request(patient, "POST", WRITE, headers=bearer(), body=b"{}").status == 200

    assert service.visits == 1


def test_a_service_that_is_away_makes_its_calls_unavailable(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        nobody = f"http://127.0.0.1:{unused.getsockname()[1]}"
    folder = tmp_path_factory.mktemp("alone")
    with gunicorn(
        "gateway.app:create_app()", folder, environment=gateway_environment(nobody)
    ) as alone:
        for method, path in (("GET", READ), ("POST", "/api/v1/providers")):
            answer = request(alone, method, path, body=b"{}" if method == "POST" else None)
            assert answer.status == 503
            assert answer.problem() == "unavailable"
            assert int(answer.header("Retry-After") or 0) > 0
        closed = request(alone, "GET", WRITE, headers=bearer())
        assert closed.status == 503
        assert closed.problem() == "unavailable"
