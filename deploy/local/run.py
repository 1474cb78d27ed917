"""`make run`: start the whole system, tell how to use it, keep it running until told to stop."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from deploy.local import environment_file
from deploy.local.banner import banner
from deploy.local.folder_lock import FolderInUseError, only_one
from deploy.local.interruption import Interruptions, StopRequestedError
from deploy.local.named_databases import UnusableDatabaseError
from deploy.local.place import data_folder, settings_file
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
            _check_free(port)
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
    except FolderInUseError:
        print(f"Cannot start: {_already_running(folder)}", file=sys.stderr)
        return 1
    except (UnusableSettingError, UnusableDatabaseError, PostgresUnavailableError) as error:
        print(f"Cannot start: {error}", file=sys.stderr)
        return 1


def _run(system: System, progress: Progress, interruptions: Interruptions) -> int:
    code = 0
    try:
        system.start()
        facts = system.load_sample_data()
        progress.say(banner(system.plan, facts, card=system.sample_card(), kept=system.kept))
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
    if not system.supervisor.names():
        return 0
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
    return int(text)


def _check_free(port: int) -> None:
    if not is_free(port):
        raise UnusableSettingError(
            f"port {port} is taken; choose another, as in: make run PORT={port + 1}"
        )


def _already_running(folder: Path) -> str:
    """Tell of the system that holds a folder, by the address it was started at."""
    address = environment_file.read(settings_file(folder, "accounts")).get("TOKEN_ISSUER")
    where = f" at {address}" if address else ""
    return f"this Balai is running already{where}, over {folder}; use it, or stop it first"


def _dialect() -> str:
    text = os.environ.get("DATABASE") or "sqlite"
    if text not in DIALECTS:
        raise UnusableSettingError(f"DATABASE must be {' or '.join(DIALECTS)}, not {text!r}")
    return text


if __name__ == "__main__":
    sys.exit(main())
