"""What whoever runs an example has to know, and no schema says: what is needed first, whose token, which thing."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

EXAMPLE_NOTES = Path(__file__).with_suffix(".toml")


@lru_cache(maxsize=1)
def example_notes() -> dict[str, dict[str, Any]]:
    """Return the `needs` and the `variables` of each example that has some, by operation id."""
    found: dict[str, dict[str, Any]] = tomllib.loads(EXAMPLE_NOTES.read_text(encoding="utf-8"))
    return found
