"""How enrolment keeps its state: tables, loading under locks, saving. One file a subject; nobody commits here."""

from services.enrolment.storage.tables import (
    draws,
    exclusions,
    files,
    journal,
    learning,
    money,
    programme,
    reports,
    seats,
)
from services.enrolment.storage.tables.metadata import METADATA

__all__ = ["METADATA", "TABLES"]

TABLES = (programme, files, draws, exclusions, seats, learning, money, reports, journal)
"""Every module that declares tables: loaded here, METADATA is whole for whoever migrates or compares it."""
