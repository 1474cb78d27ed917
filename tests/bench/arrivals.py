"""A load that does not wait for answers: people who come when they come, each over a connection of its own.

A connection whose answer is there is used again by whoever comes next, so that as many are open as people wait.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.bench.load import Connection

_READ = 65_536
BUSY = 503
_TURN = 0.001
LONGEST = 30.0
"""Seconds after the last one has come for which answers are waited for."""


@dataclass
class Arrivals:
    """What became of those who came: answers by status with their latencies in seconds, from when each was due."""

    seconds: float = 0.0
    latencies: defaultdict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    samples: dict[int, bytes] = field(default_factory=dict)
    without_retry_after: int = 0
    sent_again: int = 0
    unanswered: int = 0
    broken: Counter[str] = field(default_factory=Counter)

    @property
    def statuses(self) -> dict[int, int]:
        """Return the number of answers by status."""
        return {status: len(of_it) for status, of_it in sorted(self.latencies.items())}

    def percentile(self, status: int, share: float) -> float:
        """Return the latency that so large a share of the answers of a status did not exceed, in seconds."""
        ordered = sorted(self.latencies[status])
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0


def let_arrive(
    address: tuple[str, int], requests: Iterator[bytes], *, rate: float, seconds: float
) -> Arrivals:
    """Let so many people a second come for so long, each with the next of the requests, and wait for every answer."""
    crowd = _Crowd(address)
    began, sent, over = time.perf_counter(), 0, False
    while not over:
        passed = time.perf_counter() - began
        while sent < min(passed, seconds) * rate:
            if (request := next(requests, None)) is None:
                raise RuntimeError("more came than requests were prepared for")
            crowd.send(request, due=began + sent / rate)
            sent += 1
        crowd.listen(_TURN)
        over = passed >= seconds and (not crowd.waiting or passed > seconds + LONGEST)
    crowd.found.seconds = time.perf_counter() - began
    crowd.leave()
    return crowd.found


@dataclass(eq=False)
class _Line(Connection):
    """A connection, what was sent over it last, and whether anything was answered over it before."""

    request: bytes = b""
    used: bool = False


class _Crowd:
    """Those who wait, and the connections that nobody needs just now."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.found = Arrivals()
        self.waiting: set[int] = set()
        self._address = address
        self._selector = selectors.DefaultSelector()
        self._idle: list[_Line] = []

    def send(self, request: bytes, *, due: float) -> None:
        """Send a request over a connection that is free, or a new one."""
        self._send(self._idle.pop() if self._idle else self._connect(), request, due)

    def _send(self, line: _Line, request: bytes, due: float) -> None:
        line.request = request
        self.waiting.add(line.socket.fileno())
        try:
            line.send(request)
        except OSError as error:
            line.sent_at = due
            self._give_up(line, error)
        line.sent_at = due

    def listen(self, seconds: float) -> None:
        """Take what arrives."""
        for key, _ in self._selector.select(seconds):
            line: _Line = key.data
            try:
                data = line.socket.recv(_READ)
            except OSError as error:
                self._give_up(line, error)
                continue
            if not data:
                self._give_up(line, None)
                continue
            line.arrived += data
            if (answer := line.answer()) is not None:
                self._note(line, *answer)

    def leave(self) -> None:
        """Close every connection; who still waits was not answered."""
        self.found.unanswered = len(self.waiting)
        for key in list(self._selector.get_map().values()):
            key.data.socket.close()
        self._selector.close()

    def _connect(self) -> _Line:
        line = _Line(socket.create_connection(self._address))
        line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._selector.register(line.socket, selectors.EVENT_READ, line)
        return line

    def _note(self, line: _Line, status: int, body: bytes) -> None:
        self.waiting.discard(line.socket.fileno())
        self.found.latencies[status].append(time.perf_counter() - line.sent_at)
        self.found.samples.setdefault(status, body)
        head = line.head()
        if status == BUSY and b"\r\nretry-after:" not in head:
            self.found.without_retry_after += 1
        line.used = True
        if b"\r\nconnection: close" in head:
            self._hang_up(line)
        else:
            self._idle.append(line)

    def _give_up(self, line: _Line, error: OSError | None) -> None:
        """Leave a connection that broke. A crowded gateway lets idle ones go: who just came over one comes again."""
        number = line.socket.fileno()
        was_waiting, begun = number in self.waiting, bool(line.arrived)
        self._hang_up(line)
        if not was_waiting:
            self._idle.remove(line)
        elif line.used and not begun:
            self.found.sent_again += 1
            self._send(self._connect(), line.request, line.sent_at)
        else:
            self.found.broken[type(error).__name__ if error else "closed"] += 1

    def _hang_up(self, line: _Line) -> None:
        self.waiting.discard(line.socket.fileno())
        self._selector.unregister(line.socket)
        line.socket.close()
