"""How a row that was loaded is held until the transaction ends."""

from __future__ import annotations

from enum import Enum


class Hold(Enum):
    """How a loaded thing is held until the transaction ends."""

    NOT = "not at all"
    SHARED = "it stays as it is, and others may hold it so too"
    ALONE = "it is about to be changed"
