"""What schemathesis is told besides the contract while it makes requests up: ids of things that are there.

It runs in a process of its own; KNOWN_IDS holds a JSON object of ids by the name of their parameter.
"""

from __future__ import annotations

import json
import os
from typing import Any

import schemathesis

from tests.fuzz import judging

KNOWN = json.loads(os.environ["KNOWN_IDS"])


@schemathesis.hook
def map_path_parameters(_: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Put ids of things that are there in the place of half of those that were made up."""
    if path_parameters is None:
        return None
    return {name: _known(name, value) for name, value in path_parameters.items()}


@schemathesis.hook
def map_body(_: Any, body: Any) -> Any:
    """Do the same with the ids that a body names."""
    if not isinstance(body, dict):
        return body
    return {name: _known(name, value) for name, value in body.items()}


def _known(name: str, value: Any) -> Any:
    """Decide by the made-up id itself, so that the same seed makes the same requests."""
    is_chosen = isinstance(value, str) and value[-1:] in set("01234567")
    return KNOWN.get(name, value) if is_chosen else value


__all__ = ["judging", "map_body", "map_path_parameters"]
