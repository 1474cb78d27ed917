"""Cursors for lists: opaque to callers, keyset underneath, so that a walk neither skips nor repeats."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from chassis.problems import FieldError, ValidationFailed

DEFAULT_LIMIT = 50
MOST = 200


@dataclass(frozen=True)
class Page:
    """What a caller asked for: at most `limit` items after the sort key `after` (None: from the start)."""

    limit: int
    after: tuple[str, ...] | None


def read_cursor(
    text: str | None, *, parts: int, each: Callable[[str], bool] = str.isprintable
) -> tuple[str, ...] | None:
    """Read an opaque cursor of so many parts.

    `each` tells whether a part is such as this list's keys are: `is_id` for ids. Raises `ValidationFailed` for a
    cursor that this list did not make.
    """
    if not text:
        return None
    try:
        values = json.loads(base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        values = None
    if (
        not isinstance(values, list)
        or len(values) != parts
        or not all(isinstance(v, str) and v.isprintable() and each(v) for v in values)
    ):
        raise ValidationFailed(
            errors=[
                FieldError(
                    "/cursor", "Send a next_cursor exactly as an earlier answer gave it, or none."
                )
            ]
        )
    return tuple(values)


def write_cursor(*values: str) -> str:
    """Write a sort key as an opaque cursor."""
    return base64.b64encode(json.dumps(values).encode(), altchars=b"-_").decode("ascii")


Row = TypeVar("Row")


def page_of(
    rows: Sequence[Row],
    *,
    limit: int,
    present: Callable[[Row], Any],
    key: Callable[[Row], tuple[str, ...]],
) -> dict[str, Any]:
    """Make the answer of a list from up to `limit + 1` rows read in order."""
    shown = rows[:limit]
    more = len(rows) > limit
    return {
        "items": [present(row) for row in shown],
        "next_cursor": write_cursor(*key(shown[-1])) if more and shown else None,
    }
