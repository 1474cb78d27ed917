"""Examples: what a journey against the running product sent and was answered, by operation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).parent / "examples.json"


def recorded() -> dict[str, Any]:
    """Return the recorded exchanges by operation id."""
    found: dict[str, Any] = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    return found
