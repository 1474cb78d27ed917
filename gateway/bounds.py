"""How often one caller may ask, counted in each process of the gateway by itself.

Whoever asks without end takes from all others places at the gate and in the batches of enrolment: they are refused
here, before anything behind is asked. (While a line is full everybody is sent away, and nobody is counted.) Callers
without a token are not counted: behind one address of a mobile network are thousands of people.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from chassis import rate_limits
from chassis.identity import Principal
from chassis.problems import TooManyRequests
from chassis.rate_limits import Bound
from chassis.throttle import Throttle
from vocabulary.roles import HOLDER

A_MINUTE = 60
MOST_CALLERS = 50_000
"""Callers that are remembered, those seen last: some 10 MB. In a storm of more, who is forgotten begins anew."""


class Bounds:
    """So many requests of one caller a minute: all of them at once, or one after the other."""

    def __init__(
        self, *, of_holder: int, of_another: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._holders = _throttle(of_holder)
        self._others = _throttle(of_another)
        self._clock = clock

    def count(self, caller: Principal) -> None:
        """Count a request. Raises `TooManyRequests`, which tells how the caller stands."""
        rate_limits.begin()
        throttle = self._holders if caller.role == HOLDER else self._others
        seconds = throttle.take(caller.subject, now=self._clock())
        if seconds:
            problem = TooManyRequests(
                "You asked too often. Wait as long as Retry-After says; nothing was done.",
                retry_after=seconds,
            )
            problem.headers |= rate_limits.headers()
            raise problem


def _throttle(a_minute: int) -> Throttle:
    counts = "requests under one person's or program's tokens, in one process of the gateway"
    return Throttle(Bound("requests", a_minute, A_MINUTE, counts), most_keys=MOST_CALLERS)
