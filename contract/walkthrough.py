"""The integrator's way that the reference page begins with."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

WALKTHROUGH = Path(__file__).parent / "walkthrough.toml"


def walkthrough() -> list[dict[str, Any]]:
    """Return the steps as they stand in the contract."""
    steps = tomllib.loads(WALKTHROUGH.read_text(encoding="utf-8"))["step"]
    return [
        {**step, "text": step["text"].strip(), "commands": step["commands"].strip()}
        for step in steps
    ]
