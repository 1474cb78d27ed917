"""One process, described as data."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from deploy.local.readiness import Check, always
from deploy.local.server_user import ServerUser

ROOT = Path(__file__).resolve().parents[2]


class Layer(IntEnum):
    """Who stands on whom: whatever stands higher is stopped first."""

    DATABASE = 0
    SERVICE = 1
    WORKER = 2
    GATEWAY = 3


@dataclass(frozen=True)
class Process:
    """What to start, when it counts as ready and how it is asked to stop.

    The environment is complete: nothing is inherited besides it. `user` is whom to switch to, as root only.
    `shown` sends the output to the terminal instead of a log.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    layer: Layer = Layer.SERVICE
    ready: Check = always
    stop_signal: signal.Signals = signal.SIGTERM
    folder: Path = ROOT
    user: ServerUser | None = None
    shown: bool = False
