"""The tables of this service."""

from services.accounts.storage import people_tables  # noqa: F401 - joins METADATA
from services.accounts.storage.authorization_tables import (
    APPLICATION,
    APPLICATION_GRANT,
    AUTHORIZATION_CODE,
    REFRESH_TOKEN,
)
from services.accounts.storage.tables import (
    CLIENT,
    FOLLOWER_STATE,
    JOURNAL,
    METADATA,
    SIGNING_KEY,
    STORED_ANSWER,
)

__all__ = [
    "APPLICATION",
    "APPLICATION_GRANT",
    "AUTHORIZATION_CODE",
    "CLIENT",
    "FOLLOWER_STATE",
    "JOURNAL",
    "METADATA",
    "REFRESH_TOKEN",
    "SIGNING_KEY",
    "STORED_ANSWER",
]
