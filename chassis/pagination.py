"""Cursors for lists: opaque to callers, keyset underneath, so that a walk neither skips nor repeats.

A cursor goes on in the list that gave it, narrowed as it was then, and nowhere else: of another one it would skip what
nobody has seen.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from chassis.problems import FieldError, ValidationFailed

DEFAULT_LIMIT = 50
MOST = 200

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Place:
    """Where to go on: after which key (None: from the start) in which listing."""

    listing: str
    after: str | None

    def cursor(self, key: str) -> str:
        """Write the cursor that goes on after a key."""
        return base64.b64encode(json.dumps([self.listing, key]).encode(), altchars=b"-_").decode()


@dataclass(frozen=True, slots=True)
class Page(Place):
    """What a caller asked for: at most `limit` items after a place."""

    limit: int

    def of(
        self, rows: Sequence[Row], *, present: Callable[[Row], Any], key: Callable[[Row], str]
    ) -> dict[str, Any]:
        """Make the answer of a list from up to `limit + 1` rows read in order."""
        shown = rows[: self.limit]
        more = len(rows) > self.limit
        return {
            "items": [present(row) for row in shown],
            "next_cursor": self.cursor(key(shown[-1])) if more and shown else None,
        }


def listing_of(name: str, narrowed: Mapping[str, Any]) -> str:
    """Return what tells a list apart from others and from itself narrowed otherwise; what is None does not narrow."""
    given = {name: value for name, value in narrowed.items() if value is not None}
    text = json.dumps([name, given], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def find_place(cursor: str | None, *, listing: str, is_key: Callable[[str], bool]) -> Place:
    """Read an opaque cursor; without one it is the start.

    `is_key` tells whether a text is such as this list's keys are. Raises `ValidationFailed` for a cursor that this
    listing did not make.
    """
    if cursor is None:
        return Place(listing, None)
    try:
        made = json.loads(base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        raise foreign_cursor() from None
    match made:
        case [str(made_by), str(key)] if is_key(key):
            if made_by != listing:
                raise foreign_cursor(_OF_ANOTHER)
            return Place(listing, key)
        case _:
            raise foreign_cursor()


_UNREADABLE = "Send a next_cursor exactly as an earlier answer gave it, or none."
_OF_ANOTHER = (
    "This cursor is of another list, or of this one with other filters. Repeat the filters it came with,"
    " or begin anew without it."
)


def foreign_cursor(message: str = _UNREADABLE) -> ValidationFailed:
    """Return the refusal of a cursor that a list did not make."""
    return ValidationFailed(errors=[FieldError("/cursor", message)])
