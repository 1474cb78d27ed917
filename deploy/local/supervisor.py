"""Starting processes, noticing when one dies, and stopping them all in order, with no orphan left."""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.local.process import Layer, Process

Pause = Callable[[float], None]

_PR_SET_PDEATHSIG = 1
_LOG_LINES_SHOWN = 15
_GRACE_SECONDS = 20.0


class ProcessFailedError(Exception):
    """A process ended that should have gone on or ended well; the message shows the end of its log."""


@dataclass(frozen=True)
class Running:
    """A process that was started."""

    process: Process
    child: subprocess.Popen[bytes]
    log: Path

    @property
    def name(self) -> str:
        """The process's name."""
        return self.process.name

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self.child.poll() is None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process alone; nothing happens if it is gone."""
        if self.alive:
            self.child.send_signal(number)

    def kill_group(self) -> None:
        """Kill whatever is left of the process and of those it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait()


class Supervisor:
    """The processes of one system.

    Start processes from the main thread only: they end when the thread that started them does.
    """

    def __init__(self, *, logs: Path, pause: Pause = time.sleep) -> None:
        """Keep logs under `logs`. `pause` waits so many seconds, and may raise to give up."""
        self._logs = logs
        self._pause = pause
        self._running: list[Running] = []
        self._ready: set[str] = set()
        logs.mkdir(parents=True, exist_ok=True)

    def start(self, *processes: Process) -> None:
        """Start processes."""
        for process in processes:
            self._running.append(_spawn(process, self._logs))

    def wait_until_ready(self, *, seconds: float) -> Iterator[str]:
        """Yield the name of each process, not named before, as it gets ready.

        Raises `ProcessFailedError` if one ends or is not ready in time.
        """
        until = time.monotonic() + seconds
        while waiting := [each for each in self._by_layer() if each.name not in self._ready]:
            self.check()
            # From below: asking one that needs another too early can cost it a longer pause.
            for running in itertools.takewhile(lambda each: each.process.ready(), waiting):
                self._ready.add(running.name)
                yield running.name
            if time.monotonic() > until:
                raise ProcessFailedError(_not_ready(waiting[0], seconds))
            self._pause(0.02)

    def complete(self, *processes: Process) -> None:
        """Run processes beside each other to their end. Raises `ProcessFailedError` if one did not end well."""
        started: list[Running] = []
        try:
            for process in processes:
                started.append(_spawn(process, self._logs))  # noqa: PERF401 - as in `start`
            while any(running.alive for running in started):
                self._pause(0.02)
        finally:
            for running in started:
                running.kill_group()
        for running in started:
            if running.child.returncode != 0:
                raise ProcessFailedError(_obituary(running))

    def check(self) -> None:
        """Raise `ProcessFailedError` if a process has ended."""
        for running in self._running:
            if not running.alive:
                raise ProcessFailedError(_obituary(running))

    def stop(self, *, grace: float = _GRACE_SECONDS) -> list[str]:
        """Stop every layer, the highest first. Returns the names of those that had to be killed.

        Each layer gets `grace` seconds. If `pause` raises, everything left is killed at once.
        """
        killed: list[str] = []
        try:
            for _, layer in itertools.groupby(reversed(self._by_layer()), _layer):
                killed += self._stop_layer(list(layer), grace)
        finally:
            for running in self._running:
                running.kill_group()
            self._running.clear()
        return killed

    def restart(self, name: str, *, instead: Process | None = None) -> None:
        """Start a process that has ended once more, or another one in its place from now on."""
        ended = self.find(name)
        ended.kill_group()
        self._ready.discard(name)
        self._running[self._running.index(ended)] = _spawn(instead or ended.process, self._logs)

    def find(self, name: str) -> Running:
        """Return a started process by its name."""
        return next(running for running in self._running if running.name == name)

    def names(self) -> list[str]:
        """Return the names of all started processes."""
        return [running.name for running in self._running]

    def _stop_layer(self, layer: list[Running], grace: float) -> list[str]:
        deadline = time.monotonic() + grace
        for running in layer:
            running.signal(running.process.stop_signal)
        while any(running.alive for running in layer) and time.monotonic() < deadline:
            self._pause(0.02)
        late = [running.name for running in layer if running.alive]
        for running in layer:
            running.kill_group()
        return late

    def _by_layer(self) -> list[Running]:
        return sorted(self._running, key=_layer)


def _layer(running: Running) -> Layer:
    return running.process.layer


def _spawn(process: Process, logs: Path) -> Running:
    log = logs / f"{process.name}.log"
    if log.exists():
        log.replace(log.with_suffix(".log.1"))  # what the run before this one said
    with log.open("wb") as output:
        child = subprocess.Popen(
            process.command,
            env=dict(process.environment),
            cwd=process.folder,
            stdin=subprocess.DEVNULL,
            stdout=None if process.shown else output,
            stderr=None if process.shown else output,
            # A session of its own: Ctrl-C in the terminal reaches us alone, and we stop the rest in order.
            start_new_session=True,
            preexec_fn=_dying_with(os.getpid(), process.stop_signal),  # noqa: PLW1509 - calls no Python code that locks
            user=None if process.user is None else process.user.uid,
            group=None if process.user is None else process.user.gid,
            extra_groups=None if process.user is None else [],
        )
    return Running(process, child, log)


def _dying_with(parent: int, number: signal.Signals) -> Callable[[], None] | None:
    """Have the kernel send the child its stop signal when we die, however we die."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl

    def prepare() -> None:
        prctl(_PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def _obituary(running: Running) -> str:
    code = running.child.returncode
    how = f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
    told = f"{running.name} stopped with {how}"
    # What a shown process said stands above already, and nothing of it in a log.
    return told if running.process.shown else f"{told}. {_end_of(running.log)}"


def _not_ready(running: Running, seconds: float) -> str:
    return f"{running.name} was not ready after {seconds:.0f} s. {_end_of(running.log)}"


def _end_of(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join([f"The end of {log}:", *(f"  | {line}" for line in lines[-_LOG_LINES_SHOWN:])])
