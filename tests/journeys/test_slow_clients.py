"""Clients that hold connections and send nothing, or hardly anything, while others want to be served."""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import requests

from tests.journeys.enrolling import check_each_stands_once, enrolments
from tests.journeys.load import Load
from tests.journeys.processes import open_files
from tests.journeys.world import World
from tests.waiting import eventually

IDLE, SLOW_HEADERS, SLOW_BODIES = 600, 250, 150
HEAD = b"POST /api/v1/providers HTTP/1.1\r\nHost: balai.test\r\nContent-Type: application/json\r\n"


def test_idle_and_slow_clients_keep_nobody_from_being_answered(world: World) -> None:
    offer = world.offer(seats=64)
    writes = enrolments(world, offer, world.card_refs(64))
    with _held_connections(world):
        eventually(
            lambda: open_files(world.worker("gateway")) >= IDLE + SLOW_HEADERS + SLOW_BODIES,
            what="the gateway holds all of these connections",
        )
        load = Load(world.system.address, writes)
        outcomes = load.finish()
        assert load.statuses == {201: 64}
        assert load.broken == []
        for path in ("/courses", f"/classes/{offer.class_id}", "/regions"):
            fresh = requests.get(f"{world.system.address}/api/v1{path}", timeout=30)
            assert fresh.status_code == 200
    check_each_stands_once(world, offer, outcomes)


@contextmanager
def _held_connections(world: World) -> Iterator[None]:
    """Hold idle and slow connections open; a few of the slow ones send another byte now and then."""
    with ExitStack() as stack:
        held = [
            stack.enter_context(socket.create_connection(("127.0.0.1", world.port)))
            for _ in range(IDLE + SLOW_HEADERS + SLOW_BODIES)
        ]
        slow = held[IDLE:]
        for connection in slow[:SLOW_HEADERS]:
            connection.sendall(HEAD + b"X-Slow: ")
        for connection in slow[SLOW_HEADERS:]:
            connection.sendall(HEAD + b"Content-Length: 1000\r\n\r\n{")
        over = threading.Event()
        dripping = threading.Thread(target=_drip, args=(slow, over))
        dripping.start()
        try:
            yield
        finally:
            over.set()
            dripping.join()


def _drip(connections: list[socket.socket], over: threading.Event) -> None:
    """Send a byte over each connection every now and then, until the other side has had enough of it."""
    with selectors.DefaultSelector() as answered:
        for connection in connections:
            answered.register(connection, selectors.EVENT_READ)
        while not over.wait(0.5):
            for key, _ in answered.select(0):
                answered.unregister(key.fileobj)
            for key in list(answered.get_map().values()):
                assert isinstance(key.fileobj, socket.socket)
                key.fileobj.send(b"a")
