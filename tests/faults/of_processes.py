"""Faults of processes: killed, stopped for a while, away."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP, Signals

from tests.faults.kind import Blow, Kind, NothingStruckError, Strike

SERVED_MEANWHILE = 20
"""Enrolments and cancellations that must be acknowledged while the catalogue is away."""

PROCESSES = (
    "gateway",
    "catalog",
    "catalog-worker",
    "enrolment",
    "enrolment-worker",
    "accounts",
    "accounts-worker",
)


def _killing(name: str) -> Strike:
    def strike(blow: Blow) -> None:
        """Kill it and all that it started; the next time whoever watches alone, then whoever serves alone."""
        watching, *serving = blow.ground.family(name)
        if serving and blow.number % 3 == 1:
            os.kill(watching, SIGKILL)
        elif serving and blow.number % 3 == 2:
            for pid in serving:
                os.kill(pid, SIGKILL)
        else:
            blow.ground.keeper.find(name).kill_group()

    return strike


def _kill_all(blow: Blow) -> None:
    running = [blow.ground.keeper.find(name) for name in blow.ground.keeper.names()]
    for each in running:
        os.killpg(each.child.pid, SIGKILL)
    for each in running:
        each.kill_group()


def _stopping(name: str) -> Strike:
    def strike(blow: Blow) -> None:
        family = blow.ground.family(name)
        _signal(family, SIGSTOP)
        try:
            time.sleep(0.01)
            if any(_state(pid) not in ("T", "") for pid in family):
                raise NothingStruckError(f"{name} was not stopped")
            blow.ground.keeper.wait(blow.seconds)
        finally:
            _signal(family, SIGCONT)

    return strike


def _signal(pids: list[int], number: Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):  # a session of the server may have ended by itself
            os.kill(pid, number)


def _state(pid: int) -> str:
    """Return the kernel's letter for what a process does, nothing where it has gone."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    return ""


def _take_catalogue_away(blow: Blow) -> None:
    keeper = blow.ground.keeper
    away = {"catalog", "catalog-worker"}
    keeper.left_alone |= away
    try:
        for name in away:
            keeper.find(name).kill_group()
        began = time.monotonic()
        keeper.until(
            lambda: blow.storm.done_since(began) >= SERVED_MEANWHILE,
            seconds=10,
            what="holders enrol while the catalogue is away",
        )
    finally:
        keeper.left_alone -= away


KINDS = [
    *(
        Kind(
            f"kill-{name}",
            f"SIGKILL to {name}: all of it, who watches, or who serves",
            _killing(name),
        )
        for name in PROCESSES
    ),
    Kind("kill-all", "SIGKILL to every process at once, the database's too", _kill_all),
    *(
        Kind(f"stop-{name}", f"SIGSTOP to all of {name}, SIGCONT later", _stopping(name))
        for name in PROCESSES
        if name not in ("accounts", "accounts-worker", "catalog-worker")
    ),
    Kind("catalogue-down", "the catalogue is killed and stays away", _take_catalogue_away),
    Kind(
        "stop-postgresql",
        "SIGSTOP to the server and its sessions, SIGCONT later",
        _stopping("postgresql"),
        dialects=("postgresql",),
    ),
]
