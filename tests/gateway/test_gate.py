"""Who gets a place among the requests in flight at a service, who waits for one and who is sent away."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import gevent
import pytest
from werkzeug.test import Client

from chassis.pages.site import Site
from chassis.problems import TooBusy
from chassis.serving.exchange import INPUT_ENDED
from gateway.bounds import Bounds
from gateway.documents import Failures
from gateway.forwarding import Forwarding, Service
from gateway.gate import NEW, WAITING, Gate
from gateway.revocations import Revocations
from gateway.routes import ROUTES, Route
from gateway.targets import Table
from gateway.upstream import Upstream
from tests.gateway.scripted import Scripted, behave, scripted
from tests.tokens import ISSUER, verifier

LONG = 60.0
READ = "/api/v1/courses"
Come = Callable[[int, Gate], list[Any]]


@pytest.fixture
def service() -> Iterator[Scripted]:
    with scripted(behave) as running:
        yield running


@pytest.fixture
def come() -> Iterator[Come]:
    """Lets so many come to a gate, one after the other; who still waits when the test is over is stopped."""
    came: list[Any] = []

    def let_come(count: int, gate: Gate) -> list[Any]:
        comers = [gevent.spawn(gate.enter) for _ in range(count)]
        came.extend(comers)
        gevent.sleep(0)
        return comers

    yield let_come
    gevent.killall(came)


def test_whoever_finds_a_place_waits_for_nothing() -> None:
    gate = Gate(2)

    assert [gate.enter(), gate.enter()] == [0.0, 0.0]


def test_places_that_come_free_go_to_those_who_wait_in_the_order_of_their_coming(
    come: Come,
) -> None:
    gate = Gate(1, patience=LONG, given_up=LONG)
    gate.enter()
    first, second = come(2, gate)

    gate.leave()
    (newcomer,) = come(1, gate)

    assert first.get(timeout=LONG) > 0
    assert not second.ready()
    gate.leave()
    assert second.get(timeout=LONG) > 0
    assert not newcomer.ready()
    gate.leave()
    assert newcomer.get(timeout=LONG) > 0


def test_more_than_may_wait_are_sent_away_at_once(come: Come) -> None:
    gate = Gate(2, patience=LONG, given_up=LONG)
    comers = come(2 + 2 * WAITING, gate)
    (one_more,) = come(1, gate)

    assert isinstance(one_more.exception, TooBusy)
    assert [comer.ready() for comer in comers] == [True] * 2 + [False] * 2 * WAITING


def test_who_has_waited_long_enough_is_sent_away_and_leaves_the_line(come: Come) -> None:
    gate = Gate(1, patience=LONG, given_up=0.01)
    gate.enter()
    comers = come(WAITING, gate)
    gevent.joinall(comers)

    assert [type(comer.exception) for comer in comers] == [TooBusy] * WAITING
    with pytest.raises(TooBusy):
        gate.enter()
    gate.leave()
    assert gate.enter() == 0.0


@pytest.mark.parametrize("served", [100, 1_000])
def test_who_would_wait_in_vain_is_sent_away_at_once(come: Come, served: int) -> None:
    now = 0.0
    gate = Gate(64, patience=LONG, given_up=LONG, clock=lambda: now)
    come(64 + served // 4, gate)
    for _ in range(served):
        now += LONG / served
        gate.leave()
        come(1, gate)
    comers = come(2 * served, gate)

    sent_away = sum(isinstance(comer.exception, TooBusy) for comer in comers)
    assert served * 0.6 < len(comers) - sent_away < served * 0.8, (
        "as many as have their turn in time"
    )


def test_a_line_that_has_just_formed_takes_newcomers_however_slow_it_begins(come: Come) -> None:
    now = 0.0
    gate = Gate(64, patience=LONG, given_up=LONG, clock=lambda: now)
    come(64 + 500, gate)
    now = NEW * 0.9
    assert not come(1, gate)[0].ready()
    now = 1.0
    assert isinstance(come(1, gate)[0].exception, TooBusy)


def test_a_line_that_is_gone_says_nothing_of_the_next(come: Come) -> None:
    now = 0.0
    gate = Gate(1, patience=LONG, given_up=LONG, clock=lambda: now)
    come(3, gate)
    for _ in range(3):
        now += LONG
        gate.leave()
    assert not come(2, gate)[1].ready()
    now += NEW * 0.9
    assert not come(1, gate)[0].ready()


@pytest.mark.parametrize("had_its_turn", [False, True])
def test_who_is_stopped_while_waiting_keeps_no_place(come: Come, had_its_turn: bool) -> None:
    gate = Gate(1, patience=LONG, given_up=LONG)
    gate.enter()
    (stopped,) = come(1, gate)
    stopped.kill(block=False)
    if had_its_turn:
        gate.leave()
    stopped.join()
    if not had_its_turn:
        gate.leave()

    assert gate.enter() == 0.0


def route(name: str) -> Route:
    return next(one for one in ROUTES if one.name == name)


@pytest.mark.parametrize(
    "theirs",
    ["GET /api/v1/log/entries", "GET /api/v1/admission-files/{file_id}/rows"],
)
def test_long_answers_for_anybody_take_no_place_from_those_for_staff(theirs: str) -> None:
    with closing(Upstream("test", ("127.0.0.1", 1))) as upstream:
        service = Service(upstream, requests=1, exports=4)
        public = service.gate(route("GET /api/v1/waves/{wave_id}/draw/results"))
        assert public is service.gate(route("GET /api/v1/waves/{wave_id}/draw/applications"))
        assert [public.enter() for _ in range(2)] == [0.0] * 2
        assert [service.gate(route(theirs)).enter() for _ in range(4)] == [0.0] * 4


class Gateway:
    """The gateway in this process, in front of a service with one place, and a caller with one connection to it."""

    def __init__(self, service: Scripted) -> None:
        port = urlsplit(service.url).port
        assert port
        self.upstream = Upstream("test", ("127.0.0.1", port))
        behind = Service(self.upstream, requests=1, exports=1)
        self.gate = behind.gate(route(f"GET {READ}"))
        self.caller, self._connection = socket.socketpair()
        forwarding = Forwarding(
            lambda _environ, _start: [],
            own_paths=frozenset(),
            table=Table(ROUTES),
            services=dict.fromkeys(("catalog", "enrolment", "accounts"), behind),
            verifier=verifier(),
            revocations=Revocations(),
            bounds=Bounds(of_holder=240, of_another=3_000),
            proxies_in_front=0,
            failures=Failures(Site(name="Balai", origin=ISSUER)),
        )
        self._client = Client(forwarding)

    def ask(self, *, input_ended: bool = False) -> int:
        """Ask for the courses; return the status."""
        server = {
            "RAW_URI": READ,
            "REMOTE_ADDR": "192.0.2.1",
            "gunicorn.socket": self._connection,
            INPUT_ENDED: input_ended,
        }
        return self._client.get(READ, environ_overrides=server).status_code

    def end_input(self) -> None:
        """End what can be read from the caller, as a crowded worker does with connections that are idle."""
        self._connection.shutdown(socket.SHUT_RD)

    def close(self) -> None:
        self.upstream.close()
        self.caller.close()
        self._connection.close()


@pytest.fixture
def gateway(service: Scripted) -> Iterator[Gateway]:
    with closing(Gateway(service)) as running:
        yield running


def _time_left(head: bytes) -> int:
    (line,) = [line for line in head.split(b"\r\n") if line.startswith(b"X-Time-Left-Ms: ")]
    return int(line.split(b":")[1])


def test_the_time_that_was_waited_is_no_longer_the_services(
    gateway: Gateway, service: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert gateway.ask() == 200
    monkeypatch.setattr(gateway.gate, "enter", lambda: 5.0)

    assert gateway.ask() == 200
    at_once, after_waiting = map(_time_left, service.requests)
    assert after_waiting < at_once - 4_000


def test_the_request_of_a_caller_who_left_while_it_waited_is_not_sent(
    gateway: Gateway, service: Scripted
) -> None:
    gateway.gate.enter()
    waiting = gevent.spawn(gateway.ask)
    gevent.sleep(0)
    gateway.caller.close()
    gateway.gate.leave()
    waiting.join()

    assert service.requests == []
    assert gateway.gate.enter() == 0.0


def test_a_caller_whose_input_was_ended_to_make_room_is_not_taken_for_one_who_left(
    gateway: Gateway, service: Scripted
) -> None:
    gateway.gate.enter()
    waiting = gevent.spawn(gateway.ask, input_ended=True)
    gevent.sleep(0)
    gateway.end_input()
    gateway.gate.leave()

    assert waiting.get(timeout=LONG) == 200
    assert len(service.requests) == 1
