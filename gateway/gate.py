"""How many requests may be in flight at a service, and who may wait for one of these places."""

from __future__ import annotations

import time
from collections import deque

from gevent.event import Event

from chassis.problems import TooBusy

PATIENCE = 1.0
"""Seconds that a request waits for a place. A burst is over by then, and a caller hardly notices."""

WAITING = 32
"""So many may wait for each place. A shorter line answers fewer: refusing those who come back at once takes the
processor time that forwarding needs."""

MOST_WAITING = 2_048
"""So many at most, however many places there are: half of the connections that a process takes, so that a service that
has stopped answering leaves room for the callers of others."""


class Gate:
    """So many places for requests in flight. Who finds none waits in line for a while; a full line takes nobody.

    A place that comes free goes to whoever is first in line, never to a newcomer (gevent's Semaphore lets
    newcomers by, and the first would be sent away for having waited too long).
    """

    def __init__(self, places: int, *, patience: float = PATIENCE) -> None:
        self._free = places
        self._longest = min(places * WAITING, MOST_WAITING)
        self._patience = patience
        self._line: deque[Event] = deque()

    def enter(self) -> float:
        """Take a place; return the seconds that were waited for it. Raises `TooBusy`."""
        if self._free:
            self._free -= 1
            return 0.0
        if len(self._line) >= self._longest:
            raise TooBusy
        began = time.monotonic()
        self._wait()
        return time.monotonic() - began

    def leave(self) -> None:
        """Give the place to the first in line, or back."""
        if self._line:
            self._line.popleft().set()
        else:
            self._free += 1

    def _wait(self) -> None:
        turn = Event()
        self._line.append(turn)
        try:
            turn.wait(self._patience)
        except BaseException:
            if turn.is_set():
                self.leave()
            else:
                self._line.remove(turn)
            raise
        if not turn.is_set():
            self._line.remove(turn)
            raise TooBusy
