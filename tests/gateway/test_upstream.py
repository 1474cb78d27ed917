"""The connections that the gateway keeps to a service."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace
from urllib.parse import urlsplit

import gevent
import pytest

from gateway import upstream
from gateway.upstream import KEPT_IDLE, Question, Upstream
from tests.gateway.scripted import Scripted, Visit, scripted
from tests.waiting import eventually

BURST = 5
PATIENCE = 20.0


class Counted:
    """A service that counts its open connections; it answers the first requests only once all of a burst came."""

    def __init__(self) -> None:
        self.open = 0
        self.lock = threading.Lock()
        self.burst = threading.Barrier(BURST)

    def __call__(self, visit: Visit) -> None:
        self._count(1)
        try:
            visit.read_request()
            self.burst.wait(PATIENCE)
            visit.answer()
            while visit.read_request():
                visit.answer()
        finally:
            self._count(-1)

    def _count(self, more: int) -> None:
        with self.lock:
            self.open += more


def upstream_of(service: Scripted) -> Upstream:
    port = urlsplit(service.url).port
    assert port
    return Upstream("test", ("127.0.0.1", port))


def question() -> Question:
    return Question(
        method="GET",
        sent=b"GET / HTTP/1.1\r\nHost: test\r\n\r\n",
        rest=None,
        safe=True,
        seconds=PATIENCE,
        abandoned=lambda: False,
    )


def ask(asked: Upstream) -> None:
    asked.ask(question()).close()


def test_connections_of_a_burst_are_closed_although_quiet_calls_go_on_over_one_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ahead = [0.0]
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + ahead[0])
    monkeypatch.setattr(upstream, "time", clock)
    counted = Counted()
    with scripted(counted) as service:
        asked = upstream_of(service)
        gevent.joinall([gevent.spawn(ask, asked) for _ in range(BURST)], raise_error=True)
        assert counted.open == BURST
        for _ in range(4):
            ahead[0] += KEPT_IDLE / 2
            ask(asked)
        eventually(lambda: counted.open == 1, what="the others are closed")
        assert service.visits == BURST
        asked.close()
