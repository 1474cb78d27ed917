"""What was answered in one state of what is read, kept until that changes: most people ask the same."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

MOST_BYTES = 32 * 1024 * 1024
"""What is kept at most in one process, and of one answer a hundredth of that."""


class Kept:
    """Answers by what was asked; those that nobody asked for the longest go first. Any number of threads may ask."""

    def __init__(self, *, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._lock = threading.Lock()
        self._mark = ""
        self._bytes = 0
        self._answers: OrderedDict[Hashable, bytes] = OrderedDict()

    def get(self, asked: Hashable, *, mark: str, make: Callable[[], bytes]) -> bytes:
        """Return the answer to something in the state of a mark, making it where it is not kept."""
        with self._lock:
            if mark != self._mark:
                self._answers.clear()
                self._mark, self._bytes = mark, 0
            found = self._answers.get(asked)
            if found is not None:
                self._answers.move_to_end(asked)
                return found
        made = make()
        if len(made) <= self._most // 100:
            self._keep(asked, made, mark)
        return made

    def _keep(self, asked: Hashable, made: bytes, mark: str) -> None:
        with self._lock:
            if mark != self._mark or asked in self._answers:
                return
            self._answers[asked] = made
            self._bytes += len(made)
            while self._bytes > self._most:
                _, gone = self._answers.popitem(last=False)
                self._bytes -= len(gone)
