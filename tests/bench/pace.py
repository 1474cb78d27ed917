"""How quick the machine is just now: a loop of known length, by which figures of different hours can be compared."""

from __future__ import annotations

import statistics
import time

_TURNS = 60_000
QUIET_MS = 3.7
"""What the loop took on a core of the machine whose figures docs/performance.md tells, when nobody else used it."""


def loop_ms() -> float:
    """Return what the loop takes of the processor, in milliseconds."""
    began, kept = time.process_time(), 0
    for number in range(_TURNS):
        kept += number * number & 7
    return (time.process_time() - began) * 1000


def slowness(times: int = 50) -> float:
    """Return how many times as long as on the quiet core the loop takes now, the median of several."""
    return statistics.median(loop_ms() for _ in range(times)) / QUIET_MS
