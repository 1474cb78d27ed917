"""How long a sender may keep a worker waiting: a fixed patience, and more of it only for bytes that arrive."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from gunicorn.http.unreader import SocketUnreader

from chassis.problems import RequestTimedOut
from chassis.serving.request import RequestParser

LEAST_RATE = 8 * 1024
"""Bytes a second: a sender slower than this uses its patience up."""


@dataclass(frozen=True)
class Patience:
    """Seconds that a worker waits: for the head of a request, for its body, for the client to take the answer.

    `leftover` is for the rest of a body that the application did not read.
    """

    head: float = 10.0
    body: float = 30.0
    answer: float = 30.0
    leftover: float = 1.0


class BoundedUnreader(SocketUnreader):
    """Reads from a socket as long as the patience given lasts.

    Only time spent waiting is counted, so an application that reads slowly does not use up its client's
    patience. Raises `RequestTimedOut` when it is used up.
    """

    def __init__(self, sock: Any, *, rest: float) -> None:
        super().__init__(sock)
        self._rest = rest
        self._left = self._most = rest

    def allow(self, seconds: float) -> None:
        """Wait at most so long from here on, and as much longer as bytes arrive."""
        self._left = self._most = seconds

    def chunk(self, size_hint: int | None = None) -> bytes:
        """Return what has arrived, at least one byte, or nothing where the sender closed."""
        if self._left <= 0:
            raise RequestTimedOut
        began = time.monotonic()
        self.sock.settimeout(self._left)
        try:
            data: bytes = super().chunk(size_hint)
        except TimeoutError:
            self._left = 0.0
            raise RequestTimedOut from None
        finally:
            self.sock.settimeout(self._rest)
        earned = len(data) / LEAST_RATE - (time.monotonic() - began)
        self._left = min(self._most, self._left + earned)
        return data

    def wait_for_first_byte(self, seconds: float) -> bool:
        """Tell whether anything of a next request is here or arrives within the seconds given."""
        if self.buf.getbuffer().nbytes:
            return True
        self.sock.settimeout(seconds)
        try:
            data = self.sock.recv(self.mxchunk)
        except OSError:  # the time is up, or the client is gone
            return False
        finally:
            self.sock.settimeout(self._rest)
        if data:
            self.unread(data)
        return bool(data)


def bounded_parser(cfg: Any, sock: Any, address: Any, *, patience: Patience) -> Any:
    """Return a request parser over a socket, reading within the patience given."""
    parser = RequestParser(cfg, sock, address)
    parser.unreader = BoundedUnreader(sock, rest=patience.answer)
    return parser
