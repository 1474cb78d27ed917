"""Who starts again what died: what a service manager does where the product runs, at the pace of our unit files.

`make run` has nobody for that: where one process dies its supervisor ends everything, for a developer to see.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable

from deploy.local.process import ROOT
from deploy.local.supervisor import Running, Supervisor

_UNITS = ROOT / "deploy" / "systemd"


def pause_of_unit() -> float:
    """Return how many seconds our units for systemd wait before they start again what died."""
    text = (_UNITS / "balai-web@.service").read_text(encoding="ascii")
    (seconds,) = re.findall(r"^RestartSec=(\d+)$", text, re.MULTILINE)
    return float(seconds)


_BETWEEN_LOOKS = 0.05


class LateError(Exception):
    """What was waited for did not come in time."""


class Keeper:
    """Starts every process again that has ended, a pause later. It works in the main thread, while that waits.

    (A process that another thread had started would end with it.)
    """

    def __init__(self, *supervisors: Supervisor, pause: float) -> None:
        self.pause = pause
        self.left_alone: set[str] = set()
        """Names of processes that stay away until they are taken out of here."""
        self.restarts: Counter[str] = Counter()
        self._supervisors = supervisors
        self._ended: dict[str, float] = {}

    def find(self, name: str) -> Running:
        """Return a process by its name."""
        return next(s for s in self._supervisors if name in s.names()).find(name)

    def names(self) -> list[str]:
        """Return the names of all processes."""
        return [name for supervisor in self._supervisors for name in supervisor.names()]

    def wait(self, seconds: float) -> None:
        """Look after the processes for so long."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._look()
            time.sleep(min(left, 0.02))

    def until(self, look: Callable[[], object], *, seconds: float, what: str) -> float:
        """Look after the processes until something is so; return after how many seconds. Raises `LateError`."""
        began = time.monotonic()
        while not look():
            if time.monotonic() - began > seconds:
                raise LateError(f"{what}: not within {seconds:.0f} s")
            self.wait(_BETWEEN_LOOKS)
        return time.monotonic() - began

    def _look(self) -> None:
        for supervisor in self._supervisors:
            for name in supervisor.names():
                self._look_at(supervisor, name)

    def _look_at(self, supervisor: Supervisor, name: str) -> None:
        if supervisor.find(name).alive or name in self.left_alone:
            return
        ended = self._ended.setdefault(name, time.monotonic())
        if time.monotonic() - ended >= self.pause:
            del self._ended[name]
            self.restarts[name] += 1
            supervisor.restart(name)
