"""What the journal of accounts tells of."""

from __future__ import annotations

from enum import StrEnum


class EntryKind(StrEnum):
    """What an entry tells. A kind that was ever written stays: the journal is kept, and filtered by it."""

    CLIENT_REGISTERED = "client-registered"
    CLIENT_DISABLED = "client-disabled"
    KEY_CREATED = "key-created"
    KEY_RETIRED = "key-retired"
