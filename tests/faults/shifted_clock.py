"""Run a program whose clock jumps when it is told to: `python -m tests.faults.shifted_clock FILE module argument…`.

`chassis.clock`, from which the product takes every instant, and `time.time`, by which tokens are judged, are shifted;
what measures how long something took is not, as with a real clock that is set. The file says by how much.
"""

from __future__ import annotations

import mmap
import runpy
import struct
import sys
import time
from datetime import timedelta
from pathlib import Path

from chassis import clock

_FORM = struct.Struct("dd")


class ClockFile:
    """By how many seconds the clock is wrong, and how often it was looked at while it was; shared by processes."""

    def __init__(self, path: str) -> None:
        self.path = Path(path)
        with self.path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), _FORM.size)

    @classmethod
    def made(cls, path: str) -> ClockFile:
        """Make a file for a clock that is right."""
        Path(path).write_bytes(_FORM.pack(0.0, 0.0))
        return cls(path)

    @property
    def reads(self) -> float:
        """How often somebody looked at a wrong clock. It counts too little where two look at once."""
        return float(_FORM.unpack_from(self._shared)[1])

    def shift(self, seconds: float) -> None:
        """Let the clock be wrong by so much from now on."""
        _FORM.pack_into(self._shared, 0, seconds, self.reads)

    def look(self) -> float:
        """Return by how much the clock is wrong."""
        shift, reads = _FORM.unpack_from(self._shared)
        if shift:
            _FORM.pack_into(self._shared, 0, shift, reads + 1)
        return float(shift)


def main() -> None:
    """Put the shifted clock in place, and then run the program as if it had been called."""
    file = ClockFile(sys.argv[1])
    right_time, right_now = time.time, clock.utc_now
    time.time = lambda: right_time() + file.look()
    clock.utc_now = lambda: right_now() + timedelta(seconds=file.look())
    sys.argv = sys.argv[2:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
