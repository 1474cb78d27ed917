"""The integrator's ways that the reference page begins with."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
WALKTHROUGHS = ("walkthrough.toml", "walkthrough_of_signing_in.toml")
_TEXTS = ("text", "commands", "prints")


def walkthroughs() -> list[dict[str, Any]]:
    """Return each walkthrough with its steps, as they stand in the contract."""
    read = [tomllib.loads((FOLDER / name).read_text(encoding="utf-8")) for name in WALKTHROUGHS]
    return [
        {
            "name": one["name"],
            "title": one["title"],
            "text": one["text"].strip(),
            "steps": [_trimmed(step) for step in one["step"]],
        }
        for one in read
    ]


def _trimmed(step: dict[str, Any]) -> dict[str, Any]:
    return {name: part.strip() if name in _TEXTS else part for name, part in step.items()}
