"""`make run`: start the whole system, tell how to use it, keep it running until told to stop."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

from deploy.local.banner import banner
from deploy.local.folder_lock import FolderInUseError, only_one
from deploy.local.interruption import Interruptions, StopRequestedError
from deploy.local.place import data_folder
from deploy.local.ports import is_free
from deploy.local.postgres import PostgresUnavailableError
from deploy.local.supervisor import ProcessFailedError
from deploy.local.system import System

DIALECTS = ("sqlite", "postgresql")
PATIENCE_SECONDS = 3600.0


class Progress:
    """Lines for the person at the terminal, with the seconds since the start."""

    def __init__(self, lost: Callable[[], None]) -> None:
        """Call `lost` when nobody reads the lines any more; it must make writing possible again."""
        self._began = time.monotonic()
        self._lost = lost

    def step(self, text: str) -> None:
        """Say that a step is done."""
        self.say(f"{time.monotonic() - self._began:6.1f} s  {text}")

    def say(self, text: str) -> None:
        """Print a text."""
        try:
            print(text, flush=True)
        except OSError:
            self._lost()


class UnusableSettingError(Exception):
    """What was asked for cannot be started; the message says why, in one line."""


def main() -> int:
    """Run until stopped; return the exit code."""
    folder = data_folder(os.environ)
    try:
        port, dialect = _port(), _dialect()
        with Interruptions() as interruptions, only_one(folder):
            progress = Progress(interruptions.lose_reader)
            system = System(
                folder=folder,
                dialect=dialect,
                port=port,
                variables=os.environ,
                say=progress.step,
                pause=interruptions.pause,
            )
            return _run(system, progress, interruptions)
    except (UnusableSettingError, FolderInUseError, PostgresUnavailableError) as error:
        print(f"Cannot start: {error}", file=sys.stderr)
        return 1


def _run(system: System, progress: Progress, interruptions: Interruptions) -> int:
    code = 0
    try:
        system.start()
        progress.say(banner(system.plan, system.load_sample_data()))
        while True:
            interruptions.pause(PATIENCE_SECONDS)
            system.supervisor.check()
    except StopRequestedError as request:
        progress.say(f"Stopping ({request})")
    except ProcessFailedError as error:
        progress.say(f"{error}\nStopping everything")
        code = 1
    finally:
        code = _stop(system, progress) or code
    return code


def _stop(system: System, progress: Progress) -> int:
    try:
        killed = system.stop()
    except StopRequestedError:
        progress.say("Killed what was still running")
        return 1
    progress.say(f"Stopped; {', '.join(killed)} had to be killed" if killed else "Stopped")
    return 1 if killed else 0


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65_536):
        raise UnusableSettingError(f"PORT must be a number from 1 to 65535, not {text!r}")
    if not is_free(int(text)):
        raise UnusableSettingError(
            f"port {text} is taken; choose another, as in: make run PORT={int(text) + 1}"
        )
    return int(text)


def _dialect() -> str:
    text = os.environ.get("DATABASE") or "sqlite"
    if text not in DIALECTS:
        raise UnusableSettingError(f"DATABASE must be {' or '.join(DIALECTS)}, not {text!r}")
    return text


if __name__ == "__main__":
    sys.exit(main())
