"""How enrolment keeps its state: tables, loading under locks, saving. One file a subject; nobody commits here."""

from services.enrolment.storage.tables import METADATA

__all__ = ["METADATA"]
