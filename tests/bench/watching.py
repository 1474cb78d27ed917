"""How much memory enrolment's processes take at most while something is done."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench.figures import Figures
from tests.bench.memory import family, own_megabytes
from tests.running_system import RunningSystem

LOOKED_EVERY = 0.25
WORKER = "enrolment-worker"
PROCESSES = ("enrolment", WORKER)


@contextmanager
def watched(system: RunningSystem, figures: Figures, what: str) -> Iterator[None]:
    """Note the most memory that the processes have while the block runs; `what` names that."""
    peaks = dict.fromkeys(PROCESSES, 0.0)
    over = threading.Event()

    def look() -> None:
        while not over.wait(LOOKED_EVERY):
            for name in PROCESSES:
                pids = family([system.supervisor.find(name).child.pid])
                peaks[name] = max(peaks[name], sum(map(own_megabytes, pids)))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    for name, peak in peaks.items():
        figures.add(f"{what}: most memory of {name}, MB", peak)
