"""One process, described as data."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.server_user import ServerUser

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Process:
    """What to start, when it counts as ready and how it is asked to stop.

    It is ready when `ready_url` answers 200, or when `ready_port` accepts connections, or at once if it has neither.
    The environment is complete: nothing is inherited besides it.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    ready_url: str | None = None
    ready_port: int | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    folder: Path = ROOT
    user: ServerUser | None = None
