"""The tables of this service."""

from services.accounts.storage import people_tables  # noqa: F401 - joins METADATA
from services.accounts.storage.tables import CLIENT, JOURNAL, METADATA, SIGNING_KEY

__all__ = ["CLIENT", "JOURNAL", "METADATA", "SIGNING_KEY"]
