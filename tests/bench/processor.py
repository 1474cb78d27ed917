"""How much processor time processes took: unlike the clock's, it hardly depends on what else the machine does."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

_TICK = 1 / os.sysconf("SC_CLK_TCK")


def processor_seconds(pids: Iterable[int]) -> float:
    """Return the processor time that living processes took since they began, in seconds."""
    return sum(map(_ticks, pids)) * _TICK


def _ticks(pid: int) -> int:
    try:
        written = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return 0
    # The name of the program, in parentheses, may hold blanks; user and system time are the 12th and 13th after it.
    after = written.rpartition(")")[2].split()
    return int(after[11]) + int(after[12])
