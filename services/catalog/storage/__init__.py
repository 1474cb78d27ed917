"""Tables, and how providers, courses and classes are loaded from them and saved to them."""

from services.catalog.storage.tables import METADATA

__all__ = ["METADATA"]
