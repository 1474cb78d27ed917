"""Bodies on their way in and out: bounded, whole, streamed, and slow ones given up."""

from __future__ import annotations

import hashlib
import itertools
import socket
import time
from collections.abc import Iterator

import pytest

from gateway.limits import GATHERED
from gateway.routes import ROUTES
from tests.gateway.conftest import Recorded
from tests.gateway.recorder import BLOCK, BLOCKS
from tests.gateway.running import Server, gateway_environment, gunicorn
from tests.gateway.wire import Wire, exchange, request, written
from tests.tokens import bearer, token

SMALL = "/api/v1/enrolments"
LARGE = "/api/v1/waves/0190f5a2-7c3e-7b1d-9a4f-5e6d7c8b9a01/admissions"
EXPORT = "/api/v1/log/entries"
MIB = 1024 * 1024
GROWTH = 50 * MIB


@pytest.fixture(scope="module")
def hasty(service: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A gateway that waits a second where the real one waits half a minute."""
    with gunicorn(
        "tests.gateway.hasty:create_app()",
        tmp_path_factory.mktemp("hasty"),
        environment=gateway_environment(service.url),
        arguments=("-k", "tests.gateway.hasty.HastyWorker"),
    ) as server:
        yield server


def _head(path: str, *lines: str) -> bytes:
    return "\r\n".join(
        [f"POST {path} HTTP/1.1", "Host: g", f"Authorization: Bearer {token()}", *lines, "", ""]
    ).encode()


@pytest.mark.parametrize(("path", "limit"), [(SMALL, 16 * 1024), (LARGE, MIB)])
def test_a_body_at_the_limit_travels_and_one_byte_more_does_not(
    gateway: Server, recorded: Recorded, path: str, limit: int
) -> None:
    body = b"x" * limit

    assert request(gateway, "POST", path, headers=bearer(), body=body).status == 200
    refused = request(gateway, "POST", path, headers=bearer(), body=body + b"x")

    assert refused.status == 413
    assert refused.problem() == "payload-too-large"
    assert str(limit) in refused.json()["detail"]
    assert [entry["body_digest"] for entry in recorded()] == [hashlib.sha256(body).hexdigest()]


def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_sent(
    gateway: Server, recorded: Recorded
) -> None:
    answer = exchange(gateway, _head(SMALL, "Content-Length: 5000000"), method="POST")

    assert answer.status == 413
    assert answer.header("Connection") == "close"
    assert recorded() == []


def test_who_sends_five_megabytes_all_the_same_still_gets_to_read_why_not(
    gateway: Server,
) -> None:
    answer = request(gateway, "POST", SMALL, headers=bearer(), body=b"x" * 5_000_000)

    assert answer.status == 413
    assert answer.problem() == "payload-too-large"


@pytest.mark.parametrize("path", [SMALL, LARGE])
def test_a_chunked_body_is_refused_when_too_much_of_it_has_come(
    gateway: Server, recorded: Recorded, path: str
) -> None:
    chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    raw = _head(path, "Transfer-Encoding: chunked") + chunk * 20 + b"0\r\n\r\n"

    answer = exchange(gateway, raw, method="POST")

    assert answer.status == 413
    assert answer.problem() == "payload-too-large"
    assert [entry for entry in recorded() if entry["method"] == "POST"] == []


@pytest.mark.parametrize("size", [0, 1, 65_536, GATHERED - 1, GATHERED, GATHERED + 1, MIB])
@pytest.mark.parametrize("framing", ["length", "chunks"])
def test_a_body_of_any_size_arrives_as_it_was_sent(
    gateway: Server, recorded: Recorded, size: int, framing: str
) -> None:
    body = (b"0123456789" * (size // 10 + 1))[:size]
    if framing == "length":
        raw = _head(LARGE, f"Content-Length: {size}") + body
    else:
        pieces = [body[start : start + 70_000] for start in range(0, size, 70_000)]
        chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
        raw = _head(LARGE, "Transfer-Encoding: chunked") + chunks + b"0\r\n\r\n"

    assert exchange(gateway, raw, method="POST").status == 200
    (seen,) = recorded()
    assert seen["body_size"] == size
    assert seen["body_digest"] == hashlib.sha256(body).hexdigest()


def test_a_read_with_a_body_is_refused(gateway: Server, recorded: Recorded) -> None:
    assert request(gateway, "GET", SMALL, headers=bearer(), body=b"{}").status == 413
    assert recorded() == []


def test_reads_take_no_body_and_writes_a_bounded_one() -> None:
    for route in ROUTES:
        if route.method == "GET":
            assert route.largest_body == 0, route.name
        else:
            most = 128 * MIB if route.bulk else MIB
            assert 0 < route.largest_body <= most, route.name


@pytest.mark.parametrize("do", ["endless", "known-length"])
def test_a_long_answer_streams_through_in_flat_memory(gateway: Server, do: str) -> None:
    request(gateway, "GET", EXPORT, headers=bearer())
    before = gateway.memory()
    size, most = 0, before
    with Wire.to(gateway) as wire:
        wire.send(written("GET", f"{EXPORT}?do={do}", headers={"Connection": "close", **bearer()}))
        for turn in itertools.count():
            piece = wire.socket.recv(MIB)
            if not piece:
                break
            size += len(piece)
            most = max(most, gateway.memory()) if turn % 50 == 0 else most

    assert size >= len(BLOCK) * BLOCKS
    assert most - before < GROWTH


def test_a_caller_who_leaves_in_the_middle_of_an_answer_ends_it_at_the_service(
    gateway: Server, recorded: Recorded
) -> None:
    with Wire.to(gateway) as wire:
        wire.send(written("GET", f"{EXPORT}?do=trickle", headers=bearer()))
        assert wire.socket.recv(100_000)

    seen: list[object] = []
    given_up = time.monotonic() + 30
    while {"ended": "cut off"} not in seen and time.monotonic() < given_up:
        seen += recorded()
        time.sleep(0.05)
    assert {"ended": "cut off"} in seen


def test_a_caller_who_does_not_read_is_left(hasty: Server, recorded: Recorded) -> None:
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", hasty.port))
        client.sendall(written("GET", f"{EXPORT}?do=endless", headers=bearer()))

        seen: list[object] = []
        given_up = time.monotonic() + 30
        while {"ended": "cut off"} not in seen and time.monotonic() < given_up:
            seen += recorded()
            time.sleep(0.05)
    assert {"ended": "cut off"} in seen


@pytest.mark.parametrize("framing", ["Content-Length: 300000", "Transfer-Encoding: chunked"])
@pytest.mark.parametrize("size", [10, 290_000])
def test_a_body_that_stops_coming_is_given_up(
    hasty: Server, recorded: Recorded, framing: str, size: int
) -> None:
    part = b"x" * size
    with Wire.to(hasty) as wire:
        wire.send(_head(LARGE, framing))
        wire.send(part if "Length" in framing else b"%x\r\n%b\r\n" % (size, part))
        answer = wire.receive("POST")

        assert answer.status == 408
        assert answer.problem() == "request-timed-out"
        assert answer.header("Connection") == "close"
    assert [entry for entry in recorded() if entry.get("method") == "POST"] == []


def test_a_body_that_comes_drop_by_drop_is_given_up(hasty: Server, recorded: Recorded) -> None:
    with Wire.to(hasty) as wire:
        wire.send(_head(SMALL, "Content-Length: 1000"))
        for _ in range(100):
            try:
                wire.send(b"x")
            except OSError:
                break
            time.sleep(0.05)
        else:
            raise AssertionError("nobody minded")
    assert recorded() == []


def test_a_head_that_comes_drop_by_drop_is_given_up(hasty: Server) -> None:
    with Wire.to(hasty) as wire:
        wire.send(b"GET /api/v1/courses HTTP/1.1\r\nHost: g\r\nX-Slow: ")
        for _ in range(100):
            try:
                wire.send(b"x")
            except OSError:
                break
            time.sleep(0.05)
        else:
            raise AssertionError("nobody minded")


def test_a_head_that_stops_coming_is_answered_in_the_end(hasty: Server) -> None:
    answer = exchange(hasty, b"GET /api/v1/courses HTTP/1.1\r\nHost: g\r\nX-Slow: ")

    assert answer.status == 408
    assert answer.problem() == "request-timed-out"


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: g\r\n\r\n", 414, "request-line-too-long"),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 9000 + b"\r\n\r\n", 431, "request-headers-too-large"),
        (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n", 431, "request-headers-too-large"),
    ],
)
def test_heads_are_bounded(gateway: Server, raw: bytes, status: int, code: str) -> None:
    answer = exchange(gateway, raw)

    assert answer.status == status
    assert answer.problem() == code
