"""What both kinds of worker bound and refuse, seen from outside on a real server."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Iterator

import pytest

from tests.gateway.running import Server, gunicorn
from tests.gateway.wire import Wire, exchange, request, written

APPLICATION = "tests.gateway.recorder:application"
HASTY = {
    "thread": "tests.gateway.hasty.HastyThreadWorker",
    "gevent": "tests.gateway.hasty.HastyWorker",
}


@pytest.fixture(scope="module", params=["thread", "gevent"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server with little patience; a connection may be idle for two seconds."""
    with gunicorn(
        APPLICATION,
        tmp_path_factory.mktemp("serving"),
        environment={"KEEPALIVE_SECONDS": "2", "THREADS": "4"},
        arguments=("-k", HASTY[request.param]),
    ) as running:
        yield running


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"nonsense\r\n\r\n", 400, "malformed-request"),
        (b"GET / HTTP/9.9\r\n\r\n", 400, "malformed-request"),
        (b"GET / HTTP/1.1\r\nbad header\r\n\r\n", 400, "malformed-request"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: x\r\n\r\n", 400, "malformed-request"),
        (
            b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            501,
            "transfer-coding-not-supported",
        ),
        (b"GET ftp://g/ HTTP/1.1\r\nHost: g\r\n\r\n", 400, "malformed-request"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400, "malformed-request"),
        (
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
            400,
            "malformed-request",
        ),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n\r\n", 414, "request-line-too-long"),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 9000 + b"\r\n\r\n", 431, "request-headers-too-large"),
        (b"GET / HTTP/1.1\r\nX: never ending", 408, "request-timed-out"),
        (b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nstops", 408, "request-timed-out"),
        (
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nsto",
            408,
            "request-timed-out",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_problem_document_and_the_connection_ended(
    server: Server, raw: bytes, status: int, code: str
) -> None:
    with Wire.to(server) as wire:
        wire.send(raw)
        answer = wire.receive()

        assert answer.status == status
        assert answer.problem() == code
        assert answer.header("Connection") == "close"
        assert wire.is_closed()
    assert "Traceback" not in server.log()


def test_what_is_refused_after_a_head_request_is_told_in_a_body(server: Server) -> None:
    with Wire.to(server) as wire:
        wire.send(written("HEAD", "/x"))
        assert wire.receive("HEAD").status == 200
        wire.send(b"POST / HTTP/1.1\r\nbad header\r\n\r\n")
        assert wire.receive("POST").problem() == "malformed-request"


def test_an_absolute_address_is_read_as_its_path_and_its_host(server: Server) -> None:
    answer = request(server, "GET", "http://other.test:81/x?y=http://z/").json()["echo"]

    assert answer["target"] == "/x?y=http://z/"
    assert answer["headers"]["host"] == "other.test:81"


@pytest.mark.parametrize("pause", [False, True])
def test_an_empty_line_before_a_request_is_passed_over(server: Server, pause: bool) -> None:
    with Wire.to(server) as wire:
        for _ in range(2):
            wire.send(b"\r" if pause else b"\r\n")
            wire.send((b"\n" if pause else b"") + written("POST", "/x", body=b"{}"))
            assert wire.receive("POST").status == 200


@pytest.mark.parametrize(
    "connection",
    [
        "close",
        "Close",
        "close, x",
        "x,close",
        "x, CLOSE ,y",
        "keep-alive, close",
        "x\r\nConnection: close",
    ],
)
def test_close_ends_the_connection_wherever_it_stands_in_the_list(
    server: Server, connection: str
) -> None:
    with Wire.to(server) as wire:
        wire.send(written("GET", "/x", headers={"Connection": connection}))
        assert wire.receive().header("Connection") == "close"
        assert wire.is_closed()


@pytest.mark.parametrize("connection", ["keep-alive", "x", "x-close, closed"])
def test_other_words_in_that_list_leave_the_connection_open(
    server: Server, connection: str
) -> None:
    with Wire.to(server) as wire:
        for _ in range(2):
            wire.send(written("GET", "/x", headers={"Connection": connection}))
            assert wire.receive().status == 200


def test_a_body_that_ends_before_its_length_never_passes_for_whole(server: Server) -> None:
    request(server, "GET", "/recorded")
    with Wire.to(server) as wire:
        wire.send(b"POST /x HTTP/1.1\r\nHost: g\r\nContent-Length: 10\r\n\r\n12345")
        wire.socket.shutdown(socket.SHUT_WR)
        answer = wire.receive()

    assert answer.status == 400
    assert answer.problem() == "malformed-request"
    assert request(server, "GET", "/recorded").json() == []


def test_who_sends_a_large_body_that_nobody_reads_still_gets_the_answer(server: Server) -> None:
    answer = request(server, "POST", "/unread", body=b"x" * 5_000_000)

    assert answer.json() == {"read": False}
    assert answer.header("Connection") == "close"


def test_a_small_body_that_nobody_reads_does_not_cost_the_connection(server: Server) -> None:
    with Wire.to(server) as wire:
        for _ in range(3):
            wire.send(written("POST", "/unread", body=b"GET / HTTP/1.1\r\n\r\n" * 10))
            assert wire.receive().json() == {"read": False}


def test_an_idle_connection_is_ended_and_a_used_one_kept(server: Server) -> None:
    with Wire.to(server) as idle, Wire.to(server) as used:
        idle_is_over: list[socket.socket] = []
        given_up = time.monotonic() + 30
        while not idle_is_over and time.monotonic() < given_up:
            used.send(written("GET", "/used"))
            assert used.receive().status == 200
            idle_is_over = select.select([idle.socket], [], [], 0.02)[0]
        assert idle_is_over
        assert idle.is_closed()
        used.send(written("GET", "/used"))
        assert used.receive().status == 200


def test_idle_connections_hold_no_thread(server: Server) -> None:
    wires = [Wire.to(server) for _ in range(50)]
    assert request(server, "GET", "/x").status == 200
    for wire in wires:
        wire.socket.close()


def test_who_does_not_take_the_answer_is_left(server: Server) -> None:
    request(server, "GET", "/recorded")
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", server.port))
        client.sendall(written("GET", "/x?do=endless"))
        seen: list[object] = []
        given_up = time.monotonic() + 30
        while {"ended": "cut off"} not in seen and time.monotonic() < given_up:
            seen += request(server, "GET", "/recorded").json()
            time.sleep(0.05)
    assert {"ended": "cut off"} in seen


def test_headers_with_an_underscore_never_reach_the_application(server: Server) -> None:
    answer = exchange(
        server,
        b"GET /x HTTP/1.1\r\nHost: g\r\nX_Request_Id: forged\r\nREMOTE_USER: forged\r\nX-Ok: 1\r\n\r\n",
    )

    assert set(answer.json()["echo"]["headers"]) == {"host", "x-ok"}


def test_the_answer_to_head_has_a_length_and_no_body(server: Server) -> None:
    with Wire.to(server) as wire:
        for _ in range(2):
            wire.send(written("HEAD", "/x"))
            answer = wire.receive("HEAD")
            assert answer.body == b""
            assert int(answer.header("Content-Length") or 0) > 0
