"""What the gateway tells about itself, and to whom."""

from __future__ import annotations

import json
import socket

import pytest

from tests.gateway.running import Server, gateway_environment, gunicorn
from tests.gateway.scripted import Visit, behave, scripted
from tests.gateway.wire import request
from tests.tokens import bearer
from tests.waiting import eventually


@pytest.fixture
def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port: int = unused.getsockname()[1]
    return port


def test_it_says_that_it_is_alive(gateway: Server) -> None:
    answer = request(gateway, "GET", "/healthz")

    assert answer.status == 200
    assert answer.json() == {"status": "alive"}
    assert answer.header("X-Request-Id")


def test_it_says_that_it_is_ready_and_why(gateway: Server) -> None:
    answer = request(gateway, "GET", "/readyz")

    assert answer.status == 200
    assert answer.json() == {
        "ready": True,
        "checks": {"keys": True, "catalog": True, "enrolment": True, "accounts": True},
    }


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_are_only_read(gateway: Server, path: str) -> None:
    answer = request(gateway, "POST", path, body=b"{}")

    assert answer.status == 405
    assert answer.problem() == "method-not-allowed"
    assert answer.header("Allow") == "GET, HEAD"


def test_it_is_alive_but_not_ready_while_its_services_are_away(
    free_port: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    environment = gateway_environment(f"http://127.0.0.1:{free_port}")
    folder = tmp_path_factory.mktemp("alone")
    with gunicorn("gateway.app:create_app()", folder, environment=environment) as alone:
        assert request(alone, "GET", "/healthz").status == 200
        answer = request(alone, "GET", "/readyz")

    assert answer.status == 503
    assert answer.json()["checks"] == {
        "keys": False,
        "catalog": False,
        "enrolment": False,
        "accounts": False,
    }


def test_a_service_that_goes_away_does_not_take_the_others_from_their_callers(
    service: Server, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with scripted(behave) as catalog:
        environment = gateway_environment(service.url, CATALOG_URL=catalog.url)
        folder = tmp_path_factory.mktemp("partly")
        with gunicorn("gateway.app:create_app()", folder, environment=environment) as partly:
            assert request(partly, "GET", "/readyz").status == 200
            catalog.end()
            eventually(
                lambda: not request(partly, "GET", "/readyz").json()["checks"]["catalog"],
                what="the gateway has noticed",
            )
            answer = request(partly, "GET", "/readyz")
            checks = answer.json()["checks"]

            assert answer.status == 200
            assert checks["enrolment"]
            assert request(partly, "GET", "/api/v1/enrolments", headers=bearer()).status == 200
            assert request(partly, "GET", "/api/v1/courses").status == 503


def test_tokens_are_verified_while_the_issuer_is_away(
    service: Server, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with scripted(behave) as accounts:
        environment = gateway_environment(
            service.url,
            ACCOUNTS_URL=accounts.url,
            JWKS_URL=f"{accounts.url}/.well-known/jwks.json",
        )
        folder = tmp_path_factory.mktemp("orphaned")
        with gunicorn("gateway.app:create_app()", folder, environment=environment) as orphaned:
            assert request(orphaned, "GET", "/api/v1/enrolments", headers=bearer()).status == 200
            accounts.end()

            for subject in ("new:1", "new:2"):
                headers = bearer(subject=subject)
                assert request(orphaned, "GET", "/api/v1/enrolments", headers=headers).status == 200
            forged = {"Authorization": bearer()["Authorization"][:-4] + "AAAA"}
            assert request(orphaned, "GET", "/api/v1/enrolments", headers=forged).status == 401


def test_the_question_whether_it_is_ready_is_no_load_on_the_services(
    service: Server, tmp_path_factory: pytest.TempPathFactory
) -> None:
    asked: list[bytes] = []

    def count(visit: Visit) -> None:
        while head := visit.read_request():
            if b"/readyz" in head:
                asked.append(head)
            visit.answer()

    with scripted(count) as catalog:
        environment = gateway_environment(service.url, CATALOG_URL=catalog.url)
        folder = tmp_path_factory.mktemp("asked")
        with gunicorn("gateway.app:create_app()", folder, environment=environment) as server:
            for _ in range(50):
                assert request(server, "GET", "/readyz").status == 200

    assert len(asked) < 25


def test_metrics_are_served_on_an_address_of_their_own(
    service: Server, free_port: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    environment = gateway_environment(service.url, METRICS_BIND=f"127.0.0.1:{free_port}")
    folder = tmp_path_factory.mktemp("measured")
    with gunicorn("gateway.app:create_app()", folder, environment=environment) as server:
        request(server, "GET", "/api/v1/courses")
        request(server, "GET", "/api/v1/enrolments")
        text = request(free_port, "GET", "/metrics").body.decode()
        outside = request(server, "GET", "/metrics")
        text += request(free_port, "GET", "/metrics").body.decode()

    assert 'http_requests_total{endpoint="GET /api/v1/courses",status="200"} 1.0' in text
    assert 'http_requests_total{endpoint="GET /api/v1/enrolments",status="401"} 1.0' in text
    assert 'gateway_refusals_total{code="unauthenticated"} 1.0' in text
    assert outside.status == 404
    assert 'http_requests_total{endpoint="none",status="404"} 1.0' in text
    assert 'gateway_refusals_total{code="not-found"} 1.0' in text


def test_every_request_leaves_one_line_with_its_id_and_without_token_or_query(
    gateway: Server,
) -> None:
    name = "log-line-test-0001"
    headers = {"X-Request-Id": name, **bearer()}
    request(gateway, "GET", "/api/v1/enrolments?q=3201010101900001", headers=headers)
    gateway.wait_until_logged(name)

    lines = [line for line in gateway.log().splitlines() if name in line]
    assert len(lines) == 1
    assert '"route": "GET /api/v1/enrolments"' in lines[0]
    assert "3201010101900001" not in gateway.log()
    assert bearer()["Authorization"][:20] not in gateway.log()


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
def test_a_request_for_nothing_there_leaves_a_line_too(gateway: Server, method: str) -> None:
    name = f"log-line-test-nothing-{method.lower()}"
    answer = request(gateway, method, "/api/v1/nothing-here", headers={"X-Request-Id": name})
    gateway.wait_until_logged(name)

    assert answer.status == 404
    assert method == "HEAD" or answer.problem() == "not-found"
    [line] = [json.loads(line) for line in gateway.log().splitlines() if name in line]
    assert (line["route"], line["status"], line["refusal"]) == ("none", 404, "not-found")


def test_probes_leave_no_line(gateway: Server) -> None:
    for path in ("/healthz", "/readyz"):
        request(gateway, "GET", path, headers={"X-Request-Id": f"log-line-test-{path[1:]}"})
    request(gateway, "GET", "/nothing-here", headers={"X-Request-Id": "log-line-test-after-probes"})
    gateway.wait_until_logged("log-line-test-after-probes")
    assert "log-line-test-healthz" not in gateway.log()
    assert "log-line-test-readyz" not in gateway.log()
