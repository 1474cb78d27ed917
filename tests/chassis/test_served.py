"""The same service behind a real gunicorn: what only shows there."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.chassis.small_service import SECRET
from tests.tokens import bearer
from tests.web_process import WebProcess, web_process

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebProcess]:
    folder = tmp_path_factory.mktemp("served")
    application = "tests.chassis.small_service:create_app()"
    with web_process(application, folder=folder, environment={}) as process:
        yield process


def post(served: WebProcess, data: Any, **headers: str) -> requests.Response:
    return requests.post(
        f"{served.address}/api/v1/public-things", data=data, headers={**JSON, **headers}, timeout=30
    )


def code(answer: requests.Response) -> tuple[int, str]:
    document = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert document["request_id"] == answer.headers["X-Request-Id"]
    return answer.status_code, document["code"]


def raw_exchange(served: WebProcess, request: bytes) -> bytes:
    """Send bytes as they are and return everything that comes back."""
    parts = urlsplit(served.address)
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
        connection.sendall(request)
        received = b""
        while block := connection.recv(65_536):
            received += block
    return received


def test_a_body_of_5_megabytes_is_refused(served: WebProcess) -> None:
    assert code(post(served, b'{"name": "' + b"a" * 5_000_000 + b'"}')) == (
        413,
        "payload-too-large",
    )


def test_a_body_of_5_megabytes_in_chunks_is_refused(served: WebProcess) -> None:
    chunks = (b"a" * 50_000 for _ in range(100))
    assert code(post(served, chunks)) == (413, "payload-too-large")


def test_a_body_in_chunks_is_never_cut_to_what_is_allowed(served: WebProcess) -> None:
    """What is left of this one after a mebibyte would be good JSON."""
    chunks = iter([b'{"name": "drill"}', b" " * 1_048_576, b'{"name": "saw"}'])
    assert code(post(served, chunks)) == (413, "payload-too-large")


@pytest.mark.parametrize(
    "raw", [b"[" * 100_000, b'{"a":' * 100_000, b'{"name": ' + b"[" * 50_000 + b"]" * 50_000 + b"}"]
)
def test_bottomless_nesting_does_not_bring_a_thread_down(served: WebProcess, raw: bytes) -> None:
    assert code(post(served, raw)) == (400, "malformed-request")
    assert post(served, b'{"name": "drill"}').status_code == 201


def test_a_number_of_a_million_digits_is_refused(served: WebProcess) -> None:
    raw = b'{"name": "a", "count": ' + b"9" * 1_000_000 + b"}"
    assert code(post(served, raw)) == (400, "malformed-request")


def test_a_body_in_chunks_is_read_like_any_other(served: WebProcess) -> None:
    assert post(served, iter([b'{"name":', b' "drill"}'])).status_code == 201


@pytest.mark.parametrize("size", [b"zz", b"-1", b"0x5", b"5 5", b""])
def test_a_chunk_size_that_is_none_is_malformed(served: WebProcess, size: bytes) -> None:
    head = (
        b"POST /api/v1/public-things HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    )
    answer = raw_exchange(served, head + size + b"\r\n{}\r\n0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in answer


def test_a_header_with_an_underscore_is_no_header_of_ours(served: WebProcess) -> None:
    """WSGI writes X-Request-Id and X_Request_Id alike; only the first may count."""
    answer = raw_exchange(
        served,
        b"GET /api/v1/things HTTP/1.1\r\nHost: test\r\nX_Request_Id: smuggled-in-here\r\n"
        b"Authorization_: x\r\nConnection: close\r\n\r\n",
    )
    assert answer.startswith((b"HTTP/1.1 200 ", b"HTTP/1.1 400 "))
    assert b"smuggled-in-here" not in answer


@pytest.mark.parametrize(
    "path", ["/api/v1/things/..%2f..%2fhealthz", "/api/v1//things", "/%2e%2e/healthz"]
)
def test_dots_and_encoded_slashes_lead_nowhere(served: WebProcess, path: str) -> None:
    answer = raw_exchange(
        served, f"GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n".encode()
    )
    assert answer.startswith(b"HTTP/1.1 404 ")


# --- log lines ---


def lines_of(served: WebProcess, request_id: str) -> list[dict[str, Any]]:
    return [line for line in served.log_lines() if line.get("request_id") == request_id]


def test_every_line_of_the_log_is_json_with_its_process_and_time(served: WebProcess) -> None:
    requests.get(f"{served.address}/api/v1/things", timeout=30)
    lines = served.log_lines()
    assert len(lines) > 3
    assert all(line.keys() >= {"event", "level", "timestamp", "process"} for line in lines)


def test_a_request_writes_one_line_with_its_id_and_route(served: WebProcess) -> None:
    request_id = "one-line-please"
    requests.get(
        f"{served.address}/api/v1/things?q={SECRET}",
        headers={"X-Request-Id": request_id},
        timeout=30,
    )
    (line,) = lines_of(served, request_id)
    assert (line["event"], line["route"], line["status"], line["process"]) == (
        "request",
        "GET /api/v1/things",
        200,
        "small",
    )


@pytest.mark.parametrize("kind", ["bug", "database-refuses", "database-away", "pool-exhausted"])
def test_a_failure_is_logged_with_its_place_and_without_its_message(
    served: WebProcess, kind: str
) -> None:
    request_id = f"failure-{kind}"
    headers = {"X-Request-Id": request_id}
    requests.get(f"{served.address}/api/v1/failure?kind={kind}", headers=headers, timeout=30)
    failure = lines_of(served, request_id)[0]
    assert failure["error"].endswith("Error")
    assert any(place.startswith("small_service.py:") for place in failure["trace"])


def test_nothing_that_a_caller_sent_is_in_the_log(served: WebProcess) -> None:
    headers = bearer(role="operator")
    for path in (f"/api/v1/things/{SECRET}", f"/api/v1/things?q={SECRET}", f"/{SECRET}"):
        requests.get(served.address + path, headers=headers, timeout=30)
    post(served, json.dumps({"name": SECRET, SECRET: 1}), **{"User-Agent": SECRET})
    text = served.log.read_text(encoding="utf-8")
    assert SECRET not in text
    assert headers["Authorization"].split()[1] not in text


def test_probes_write_no_lines(served: WebProcess) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        requests.get(served.address + path, headers={"X-Request-Id": "a-mere-probe"}, timeout=30)
    assert lines_of(served, "a-mere-probe") == []
