"""A load of prepared HTTP requests from one process: cheap enough to leave the machine to what is measured.

Every connection keeps one request under way (closed loop) and takes the next from a shared supply, as soon as it can or
at a rate.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

_READ = 65_536
_SILENCE = 30.0
_TURN = 0.0005
"""Seconds between two looks at whose turn it is."""


@dataclass
class Load:
    """What came back: answers by status, and how long each took, in seconds."""

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    samples: dict[int, bytes] = field(default_factory=dict)

    def per_second(self, status: int) -> float:
        """Return the answers of a status per second."""
        return self.statuses[status] / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """Return the latency that so large a share of the answers did not exceed, in seconds."""
        ordered = sorted(self.latencies)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0


@dataclass(eq=False)
class Connection:
    """One client: its socket, when its request left, and what has arrived of the answer."""

    socket: socket.socket
    sent_at: float = 0.0
    arrived: bytearray = field(default_factory=bytearray)

    def send(self, request: bytes) -> None:
        self.arrived.clear()
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def head(self) -> bytes:
        """Return the head of the answer in small letters, without the blank line; empty before it has arrived."""
        return bytes(self.arrived[: max(self.arrived.find(b"\r\n\r\n"), 0)]).lower()

    def answer(self) -> tuple[int, bytes] | None:
        """Return status and body once the whole answer has arrived."""
        head = self.head()
        if not head:
            return None
        head_end = len(head)
        status = int(head[9:12])
        if len(self.arrived) < head_end + 4 + _length(head, status):
            return None
        return status, bytes(self.arrived[head_end + 4 :])


def _length(head: bytes, status: int) -> int:
    """Return the length of an answer's body; one that says that nothing changed has none."""
    if status == 304:
        return 0
    start = head.index(b"content-length:") + 15
    return int(head[start : head.find(b"\r\n", start) if b"\r\n" in head[start:] else None])


def run_load(
    address: tuple[str, int],
    requests: Iterator[bytes],
    *,
    clients: int,
    seconds: float,
    rate: float | None = None,
) -> Load:
    """Send requests over so many connections until the time is up or the supply is used up.

    Each connection sends its next request when it has its answer; with `rate` not before its turn, so many a second of
    all of them. Raises `ConnectionError` where the server closes a connection or stays silent.
    """
    load = Load()
    selector = selectors.DefaultSelector()
    connections = [Connection(socket.create_connection(address)) for _ in range(clients)]
    for connection in connections:
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(connection.socket, selectors.EVENT_READ, connection)
    idle, sent, began = list(connections), 0, time.perf_counter()
    while True:
        passed = time.perf_counter() - began
        due = clients + sent if rate is None else int(passed * rate) + 1
        while idle and sent < due and passed < seconds and _send_next(idle[-1], requests):
            idle.pop()
            sent += 1
        over = passed >= seconds or bool(idle and sent < due)
        if over and len(idle) == clients:
            break
        waits_for_turn = rate is not None and idle and not over
        idle += _answered(selector, load, _TURN if waits_for_turn else _SILENCE)
    load.seconds = time.perf_counter() - began
    for connection in connections:
        connection.socket.close()
    return load


def _answered(selector: selectors.BaseSelector, load: Load, timeout: float) -> Iterator[Connection]:
    """Wait for something to arrive, note the answers that are complete and yield their connections."""
    ready = selector.select(timeout=timeout)
    if not ready and timeout == _SILENCE:
        raise ConnectionError(f"no answer within {_SILENCE:.0f} s")
    for key, _ in ready:
        connection = key.data
        data = connection.socket.recv(_READ)
        if not data:
            raise ConnectionError("the server closed a connection")
        connection.arrived += data
        answer = connection.answer()
        if answer is None:
            continue
        status, body = answer
        load.statuses[status] += 1
        load.latencies.append(time.perf_counter() - connection.sent_at)
        load.samples.setdefault(status, body)
        yield connection


def _send_next(connection: Connection, requests: Iterator[bytes]) -> bool:
    request = next(requests, None)
    if request is not None:
        connection.send(request)
    return request is not None
