"""A bound on how often the same caller may do something, in constant memory."""

from __future__ import annotations

import math
from collections import OrderedDict
from ipaddress import IPv6Address, ip_address
from threading import Lock

from chassis.rate_limits import Bound, Standing, note


class Throttle:
    """Count what each key does, for the keys seen last (the generic cell rate algorithm: one number a key).

    The counts live in one process: with n web processes a caller gets up to n times the rate, and a restart forgets
    them, as does whoever can call from more than `most_keys` places in turn. They keep load and noise down, and are no
    lock: nothing that must hold may rest on them.

    Whatever is asked here while a request is served, its caller is told (`chassis.rate_limits`).
    """

    def __init__(self, bound: Bound, *, most_keys: int = 10_000) -> None:
        self._bound = bound
        self._step = bound.seconds / bound.count
        self._most_keys = most_keys
        self._free_at: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def take(self, key: str, *, now: float) -> int:
        """Count one more for this key and return 0; or, where it has had its share, for how many seconds it is refused.

        `now` is a clock's seconds that never go backwards.
        """
        with self._lock:
            seconds = self._wait(key, now)
            if not seconds:
                self._count(key, now)
            elif key in self._free_at:  # or whoever goes on asking is forgotten first
                self._free_at.move_to_end(key)
            note(self._standing(key, now))
        return seconds

    def wait(self, key: str, *, now: float) -> int:
        """Return for how many whole seconds this key is refused; 0 where it is not. Counts nothing."""
        with self._lock:
            note(self._standing(key, now))
            return self._wait(key, now)

    def count(self, key: str, *, now: float) -> None:
        """Count one more for this key, whether it has had its share or not."""
        with self._lock:
            self._count(key, now)
            note(self._standing(key, now))

    def _wait(self, key: str, now: float) -> int:
        over = self._step - self._free(key, now)
        return max(0, math.ceil(round(over, 6)))

    def _free(self, key: str, now: float) -> float:
        """Return how many seconds of the window nothing has been counted for; negative where there was too much."""
        return self._bound.seconds - max(0.0, self._free_at.get(key, now) - now)

    def _standing(self, key: str, now: float) -> Standing:
        """Return how a key stands: as `_wait` refuses it, so that a caller who may go on is never told 0."""
        free, seconds = self._free(key, now), self._wait(key, now)
        if seconds:
            return Standing(self._bound, left=0, more_in=seconds)
        left = max(1, math.floor(free / self._step + 1e-6))
        more_in = max(1, math.ceil(round((left + 1) * self._step - free, 6)))
        return Standing(self._bound, left=left, more_in=more_in if left < self._bound.count else 0)

    def _count(self, key: str, now: float) -> None:
        self._free_at[key] = max(self._free_at.pop(key, now), now) + self._step
        while len(self._free_at) > self._most_keys:
            self._free_at.popitem(last=False)


def address_group(address: str, *, ipv6_prefix: int = 64) -> str:
    """Return what counts as one network address.

    An IPv6 subscriber has a whole /64 to call from, a house or an office up to a /48: `ipv6_prefix` says which counts.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address):
        others = 128 - ipv6_prefix
        return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> others << others))
    return str(parsed)
