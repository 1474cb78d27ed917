"""How far the load is: one line that is rewritten on a terminal, a line per tenth elsewhere."""

import threading
from typing import TextIO


class Progress:
    """Counts steps of a known total; many threads may count."""

    def __init__(self, *, out: TextIO) -> None:
        self._out = out
        self._rewrites = out.isatty()
        self._total = 1
        self._done = 0
        self._shown = -1
        self._lock = threading.Lock()

    def begin(self, total: int) -> None:
        """Start counting to `total`."""
        self._total = total
        self._show(0)

    def advance(self) -> None:
        """Count one step, and show the share done when it has changed enough."""
        with self._lock:
            self._done += 1
            self._show(100 * self._done // self._total)

    def _show(self, share: int) -> None:
        share = share if self._rewrites else share // 10 * 10
        if share == self._shown:
            return
        self._shown = share
        line = f"Loading sample data: {share:3d} %"
        ends = "" if self._rewrites and share < 100 else "\n"
        self._out.write(f"\r{line}{ends}" if self._rewrites else f"{line}{ends}")
        self._out.flush()
