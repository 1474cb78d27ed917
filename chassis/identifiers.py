"""Identifiers: UUIDv7 for what the server makes, UUIDv4 where an identifier must tell nothing, not even its age."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta

from uuid_utils import uuid7

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CANONICAL = re.compile(r"\A[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")


def new_id() -> str:
    """Make an identifier that sorts by the time of its making (UUIDv7)."""
    return str(uuid7())


def random_reference() -> str:
    """Make an identifier that tells nothing about what it stands for (UUIDv4)."""
    return str(uuid.uuid4())


def made_at(identifier: str) -> datetime | None:
    """Return when an identifier was made, to the millisecond; None for those that do not tell.

    It is the word of whoever made it: by another machine's clock, or an invention.
    """
    if identifier[14:15] != "7" or not is_id(identifier):
        return None
    return _EPOCH + timedelta(milliseconds=int(identifier[:8] + identifier[9:13], 16))


def is_id(text: str) -> bool:
    """Tell whether a text is a UUID in its canonical lower-case form."""
    return _CANONICAL.match(text) is not None
