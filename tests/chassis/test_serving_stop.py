"""A stop or a reload under load: nobody is reset, and every request that was taken is answered."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.gateway.hammering import CLIENTS, hammering
from tests.gateway.running import Server, gunicorn
from tests.gateway.wire import Received, Wire, request, written
from tests.waiting import eventually

APPLICATION = "tests.gateway.recorder:application"
KEPT = b"GET /unread HTTP/1.1\r\nHost: g\r\n\r\n"
NOT_KEPT = b"GET /unread HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n"


@contextmanager
def _serving(
    worker: str, folder: Path, *, workers: int = 1, arguments: tuple[str, ...] = ()
) -> Iterator[Server]:
    environment = {
        "WORKER": worker,
        "WEB_WORKERS": str(workers),
        "GRACEFUL_SECONDS": "300",
        "KEEPALIVE_SECONDS": "300",
    }
    with gunicorn(APPLICATION, folder, environment=environment, arguments=arguments) as server:
        yield server


def _was_asked(server: Server, target: str) -> bool:
    seen = request(server, "GET", "/recorded").json()
    return any(entry.get("target") == target for entry in seen)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("sent", [KEPT, NOT_KEPT], ids=["kept", "not kept"])
@pytest.mark.parametrize("worker", ["thread", "gevent"])
def test_a_stop_under_load_resets_nobody_and_loses_no_answer(
    worker: str, sent: bytes, workers: int, tmp_path: Path
) -> None:
    with (
        _serving(worker, tmp_path, workers=workers) as server,
        hammering(server.port, sent) as outcomes,
    ):
        outcomes.wait_for_answers(200)
        server.stop()

    assert outcomes.lost == {}
    assert outcomes.counts["not reached"] == CLIENTS


@pytest.mark.parametrize("stock", ["gthread", "gevent"])
def test_gunicorns_own_workers_do_reset_under_the_same_load(stock: str, tmp_path: Path) -> None:
    with (
        _serving("thread", tmp_path, arguments=("-k", stock)) as server,
        hammering(server.port, NOT_KEPT) as outcomes,
    ):
        outcomes.wait_for_answers(200)
        server.stop()

    assert sum(outcomes.lost.values()) > 0


@pytest.mark.parametrize("sent", [KEPT, NOT_KEPT], ids=["kept", "not kept"])
@pytest.mark.parametrize("worker", ["thread", "gevent"])
def test_a_reload_under_load_is_noticed_by_nobody(worker: str, sent: bytes, tmp_path: Path) -> None:
    with (
        _serving(worker, tmp_path) as server,
        hammering(server.port, sent) as outcomes,
    ):
        for reload in range(1, 3):
            outcomes.wait_for_answers(100)
            server.process.send_signal(signal.SIGHUP)
            server.wait_until_logged_times("Worker exiting", reload)
        outcomes.wait_for_answers(100)
        outcomes.stopped.set()

    assert outcomes.lost == {}
    assert outcomes.counts["not reached"] == 0


@pytest.mark.parametrize("worker", ["thread", "gevent"])
def test_a_request_under_way_is_finished_and_idle_connections_do_not_hold_the_stop_up(
    worker: str, tmp_path: Path
) -> None:
    answers: list[Received] = []
    with _serving(worker, tmp_path) as server:
        idle = [Wire.to(server) for _ in range(20)]
        for wire in idle[:10]:
            wire.send(written("GET", "/x"))
            wire.receive()
        slow = threading.Thread(
            target=lambda: answers.append(request(server, "GET", "/slow?do=slow"))
        )
        slow.start()
        eventually(lambda: _was_asked(server, "/slow?do=slow"), what="the slow request has come")

        assert server.stop() == 0
        slow.join()
        assert all(wire.is_closed() for wire in idle)
        for wire in idle:
            wire.socket.close()

    assert answers[0].json() == {"slow": True}


@pytest.mark.parametrize("worker", ["thread", "gevent"])
def test_a_request_that_comes_during_the_stop_is_answered_and_the_connection_ended(
    worker: str, tmp_path: Path
) -> None:
    with _serving(worker, tmp_path) as server, Wire.to(server) as wire, Wire.to(server) as slow:
        wire.send(written("GET", "/x"))
        wire.receive()
        slow.send(written("GET", "/x?do=slow"))
        server.process.send_signal(signal.SIGTERM)
        server.wait_until_logged("Handling signal: term")

        wire.send(written("GET", "/x"))
        answer = wire.receive()

        assert answer.status == 200
        assert answer.header("Connection") == "close"
        assert slow.receive().json() == {"slow": True}


@pytest.mark.parametrize("late", ["LateThreadWorker", "LateWorker"])
def test_a_worker_that_is_told_to_stop_before_it_has_begun_stops_and_answers_who_waits(
    late: str, tmp_path: Path
) -> None:
    worker = ("-k", f"tests.gateway.hasty.{late}")
    with _serving("thread", tmp_path, arguments=worker) as server, Wire.to(server) as wire:
        wire.send(written("GET", "/x"))

        server.stop()

        assert wire.receive().status == 200
