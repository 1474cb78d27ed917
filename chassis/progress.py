"""When each task of a worker was last done: for whoever measures it, and for the log where that is long ago."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from chassis.observability import TASK_DONE, logger

STANDS_STILL = 60.0
"""Seconds, beyond the pause between two rounds, after which a task that was not done is said to stand still."""


class Progress:
    """Notes when tasks were done, and tells which stand still: because they fail, or because a round never ends.

    `pauses` says for each task how many seconds it waits between two rounds.
    """

    def __init__(
        self, pauses: Mapping[str, float], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._pauses = pauses
        self._clock = clock
        self._done_at: dict[str, float] = {}
        for name in pauses:
            self.note(name)

    def note(self, name: str) -> None:
        """Note that a task was done now; it begins as if it had been."""
        self._done_at[name] = self._clock()
        TASK_DONE.labels(name).set_to_current_time()

    def tell(self) -> None:
        """Tell the log which tasks stand still, and for how long."""
        for name, pause in self._pauses.items():
            seconds = self._clock() - self._done_at[name]
            if seconds > pause + STANDS_STILL:
                logger().error("task-stands-still", task=name, seconds=round(seconds))
