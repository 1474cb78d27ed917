"""Faults of the machine: a disk that is full, a clock that jumps."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import psycopg

from tests.faults.ground import Ground
from tests.faults.kind import Blow, Kind, NothingStruckError
from tests.faults.of_postgresql import superuser
from tests.faults.shifted_clock import ClockFile

FULL_AFTER = 30.0
"""Seconds within which somebody must notice that the disk is full."""

JUMPS = (90.0, -90.0, 3_600.0, -3_600.0)
"""Seconds by which the clock is wrong, in turn: with some, tokens go on being good, with others none is."""

SHIFTED = ("enrolment", "enrolment-worker")


def _fill_disk(blow: Blow) -> None:
    assert blow.ground.disk is not None
    blow.ground.disk.fill()
    began = time.monotonic()
    try:
        blow.ground.keeper.until(
            lambda: blow.storm.refused_by_server_since(began) or _want_more(blow.ground),
            seconds=FULL_AFTER,
            what="somebody notices that the disk is full",
        )
        blow.ground.keeper.wait(min(blow.seconds, 5))
    finally:
        blow.ground.disk.empty()


def _want_more(ground: Ground) -> bool:
    """Have the server begin a new file of its log, for which a full disk has no room; it may end of that."""
    if ground.server is not None:
        with suppress(psycopg.Error), superuser(ground) as connection:
            connection.execute("select pg_switch_wal()")
            ground.keeper.wait(0.2)
    return False


@contextmanager
def _with_clock(ground: Ground) -> Iterator[None]:
    """Run enrolment under a clock that can be shifted."""
    file = ClockFile.made(_clock_path(ground))
    before = {}
    for name in SHIFTED:
        process = ground.keeper.find(name).process
        python, _, *rest = process.command
        assert python == sys.executable
        command = (python, "-m", "tests.faults.shifted_clock", str(file.path), *rest)
        before[name] = ground.run_instead(name, replace(process, command=command))
    try:
        yield
    finally:
        for name, process in before.items():
            ground.run_instead(name, process)


def _clock_path(ground: Ground) -> str:
    return str(ground.folder / "clock")


def _jump(blow: Blow) -> None:
    file = ClockFile(_clock_path(blow.ground))
    for jump in JUMPS:
        before = file.reads
        file.shift(jump)
        blow.ground.keeper.wait(min(blow.seconds, 5) / len(JUMPS))
        if file.reads == before:
            raise NothingStruckError("nobody looked at the clock")
    file.shift(0)


KINDS = [
    Kind("disk-full", "the disk under the databases has no room left", _fill_disk, needs_disk=True),
    Kind(
        "clock-jumps",
        "enrolment's clock (not PostgreSQL's) jumps by 90 s and by an hour, forward and back",
        _jump,
        around=_with_clock,
    ),
]
