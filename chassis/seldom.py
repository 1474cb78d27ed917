"""What is worth a line in the log now and then, but not at every request that meets it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock


class Seldom:
    """Let each thing be said once in so many seconds, in constant memory."""

    def __init__(self, *, seconds: float = 60.0, most: int = 100) -> None:
        self._seconds = seconds
        self._most = most
        self._said_at: OrderedDict[Hashable, float] = OrderedDict()
        self._lock = Lock()

    def is_due(self, thing: Hashable, *, now: float) -> bool:
        """Tell whether a thing may be said now; then it was said."""
        with self._lock:
            if now - self._said_at.get(thing, float("-inf")) < self._seconds:
                return False
            self._said_at[thing] = now
            self._said_at.move_to_end(thing)
            while len(self._said_at) > self._most:
                self._said_at.popitem(last=False)
            return True
