"""Many clients at once, each sending request after request, and what became of every one of them."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

CLIENTS = 32
PATIENCE = 60.0


@dataclass
class Outcomes:
    """How many requests were answered wholly, and how many met each kind of end; `not reached` harms nobody."""

    counts: Counter[str] = field(default_factory=Counter)
    stopped: threading.Event = field(default_factory=threading.Event)

    @property
    def answered(self) -> int:
        return self.counts["answered"]

    @property
    def lost(self) -> dict[str, int]:
        """Return what happened to requests that were sent and not answered."""
        return {
            kind: count
            for kind, count in self.counts.items()
            if kind not in ("answered", "not reached")
        }

    def wait_for_answers(self, count: int) -> None:
        """Wait until so many more requests were answered."""
        wanted, given_up = self.answered + count, time.monotonic() + PATIENCE
        while self.answered < wanted:
            assert time.monotonic() < given_up, self.counts
            time.sleep(0.01)


@contextmanager
def hammering(port: int, request: bytes) -> Iterator[Outcomes]:
    """Send a request over and over from many clients, until the block ends or nobody listens any more."""
    outcomes = Outcomes()
    lock = threading.Lock()
    clients = [
        threading.Thread(target=_hammer, args=(port, request, outcomes, lock))
        for _ in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    try:
        yield outcomes
    finally:
        outcomes.stopped.set()
        for client in clients:
            client.join(PATIENCE)


def _hammer(port: int, request: bytes, outcomes: Outcomes, lock: threading.Lock) -> None:
    while not outcomes.stopped.is_set():
        try:
            connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        except ConnectionRefusedError:
            with lock:
                outcomes.counts["not reached"] += 1
            return
        except OSError as error:  # reset between the kernel's accepting it and the server's
            with lock:
                outcomes.counts[type(error).__name__] += 1
            continue
        with connection:
            while not outcomes.stopped.is_set():
                end = _send_once(connection, request)
                with lock:
                    outcomes.counts[end.removesuffix(", closing")] += 1
                if end != "answered":
                    break


def _send_once(connection: socket.socket, request: bytes) -> str:
    received = b""
    try:
        connection.sendall(request)
        while not _is_whole(received):
            piece = connection.recv(65_536)
            if not piece:
                return "cut off" if received else "closed without an answer"
            received += piece
    except OSError as error:
        return type(error).__name__
    if not received.startswith(b"HTTP/1.1 200"):
        return received.partition(b"\r\n")[0].decode()
    return "answered, closing" if b"\r\nConnection: close\r\n" in received else "answered"


def _is_whole(received: bytes) -> bool:
    head, end, body = received.partition(b"\r\n\r\n")
    if not end:
        return False
    length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
    return len(body) >= int(length)
