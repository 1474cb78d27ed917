"""Identifiers: UUIDv7 for what the server makes, UUIDv4 where an identifier must tell nothing, not even its age."""

from __future__ import annotations

import re
import uuid

from uuid_utils import uuid7

_CANONICAL = re.compile(r"\A[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")


def new_id() -> str:
    """Make an identifier that sorts by the time of its making (UUIDv7)."""
    return str(uuid7())


def random_reference() -> str:
    """Make an identifier that tells nothing about what it stands for (UUIDv4)."""
    return str(uuid.uuid4())


def is_id(text: str) -> bool:
    """Tell whether a text is a UUID in its canonical lower-case form."""
    return _CANONICAL.match(text) is not None
