"""Waiting for what comes by itself after a moment."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")
PATIENCE = 30.0
"""Seconds until what should come within a few is given up; machines may be busy."""


def eventually(look: Callable[[], Found], *, what: str) -> Found:
    """Look again and again until something is found, and return it. Fails where nothing comes."""
    until = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < until, f"{what}: not within {PATIENCE:.0f} s, last {found!r}"
        time.sleep(0.05)
    return found
