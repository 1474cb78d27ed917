"""Stopping and reloading the gateway, or a service behind it, while many clients write."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.gateway.hammering import CLIENTS, hammering
from tests.gateway.running import Server, gateway_environment, gunicorn
from tests.gateway.wire import request, written
from tests.tokens import bearer

WRITE = "/api/v1/enrolments"


def _enrolling() -> bytes:
    return written("POST", WRITE, headers=bearer(), body=b"{}")


def test_a_stop_of_the_gateway_under_load_resets_nobody_and_loses_no_answer(
    service: Server, tmp_path: Path
) -> None:
    environment = gateway_environment(service.url)
    with (
        gunicorn("gateway.app:create_app()", tmp_path, environment=environment) as server,
        hammering(server.port, _enrolling()) as outcomes,
    ):
        outcomes.wait_for_answers(200)
        assert server.stop() == 0

    assert outcomes.lost == {}
    assert outcomes.counts["not reached"] == CLIENTS


@pytest.mark.parametrize("worker", ["thread", "gevent"])
def test_a_reload_of_a_service_under_load_is_noticed_by_nobody(worker: str, tmp_path: Path) -> None:
    with gunicorn(
        "tests.gateway.recorder:application", tmp_path, environment={"WORKER": worker}
    ) as behind:
        environment = gateway_environment(behind.url)
        with (
            gunicorn("gateway.app:create_app()", tmp_path, environment=environment) as server,
            hammering(server.port, _enrolling()) as outcomes,
        ):
            for reload in range(1, 3):
                outcomes.wait_for_answers(100)
                behind.process.send_signal(signal.SIGHUP)
                behind.wait_until_logged_times("Worker exiting", reload)
            outcomes.wait_for_answers(100)
            outcomes.stopped.set()

    assert outcomes.lost == {}


def test_a_service_that_stops_under_load_answers_what_it_took_and_is_then_unavailable(
    service: Server, tmp_path: Path
) -> None:
    with gunicorn("tests.gateway.recorder:application", tmp_path) as behind:
        environment = gateway_environment(service.url, ENROLMENT_URL=behind.url)
        with (
            gunicorn("gateway.app:create_app()", tmp_path, environment=environment) as server,
            hammering(server.port, _enrolling()) as outcomes,
        ):
            outcomes.wait_for_answers(200)
            assert behind.stop() == 0
            outcomes.stopped.set()
            elsewhere = request(server, "GET", "/api/v1/courses")
            gone = request(server, "POST", WRITE, headers=bearer(), body=b"{}")

    assert set(outcomes.lost) <= {"HTTP/1.1 503 Service Unavailable"}
    assert elsewhere.status == 200
    assert gone.problem() == "unavailable"
