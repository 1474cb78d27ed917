"""How many requests may be in flight at a service, and who may wait for one of these places."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from gevent.event import Event

from chassis.problems import TooBusy

PATIENCE = 0.75
"""Seconds within which a newcomer must expect its turn. A burst is over by then, and a caller hardly notices."""

GIVEN_UP = 3.0
"""Seconds after which who still waits is sent away: the service has become slower than it was, or does not answer."""

WAITING = 32
"""So many may wait for each place. A shorter line answers fewer: refusing those who come back at once takes the
processor time that forwarding needs."""

RECENT = 256
"""Turns by which is told how long a newcomer would wait. Seats are given to 32 at once; fewer told of one batch."""

NEW = 0.25
"""Seconds for which a line tells nothing yet of how fast it moves."""

MOST_WAITING = 2_048
"""So many at most, however many places there are: half of the connections that a process takes, so that one service
that has stopped answering leaves room for the callers of others."""


class Gate:
    """So many places for requests in flight. Who finds none waits in line for a while; a full line takes nobody.

    A line is full, too, where whoever joins it would wait for too long: who cannot be served is told so at once. Who
    was let in has its turn, if later than was expected, as long as the service does not become several times slower: to
    be sent away would waste what was waited. A place
    that comes free goes to whoever is first in line, never to a newcomer (gevent's Semaphore lets newcomers by, and the
    first would wait without end).
    """

    def __init__(
        self,
        places: int,
        *,
        patience: float = PATIENCE,
        given_up: float = GIVEN_UP,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._free = places
        self._longest = min(places * WAITING, MOST_WAITING)
        self._patience = patience
        self._given_up = given_up
        self._clock = clock
        self._line: deque[Event] = deque()
        self._formed = 0.0
        self._turns: deque[float] = deque(maxlen=RECENT)

    def check(self) -> None:
        """Raise `TooBusy` where a newcomer would be sent away."""
        if not self._free and (len(self._line) >= self._longest or self._is_too_slow()):
            raise TooBusy

    def enter(self) -> float:
        """Take a place; return the seconds that were waited for it. Raises `TooBusy`."""
        self.check()
        if self._free:
            self._free -= 1
            return 0.0
        began = self._clock()
        self._wait(began)
        return self._clock() - began

    def leave(self) -> None:
        """Give the place to the first in line, or back."""
        if self._line:
            self._turns.append(self._clock())
            self._line.popleft().set()
        else:
            self._free += 1

    def _is_too_slow(self) -> bool:
        """Tell whether the line moves so slowly that whoever joins it now must not expect its turn soon."""
        if not self._line:
            return False
        now, turns = self._clock(), len(self._turns)
        seconds = now - (self._turns[0] if turns == RECENT else self._formed)
        if seconds < NEW:
            return False
        return len(self._line) * seconds > self._patience * (turns + 1)

    def _wait(self, now: float) -> None:
        turn = Event()
        if not self._line:
            self._formed = now
            self._turns.clear()
        self._line.append(turn)
        try:
            turn.wait(self._given_up)
        except BaseException:
            if turn.is_set():
                self.leave()
            else:
                self._line.remove(turn)
            raise
        if not turn.is_set():
            self._line.remove(turn)
            raise TooBusy
