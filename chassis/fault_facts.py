"""What a log may tell of an error of either database, in processes that have one and in those that have none."""

from __future__ import annotations

import re
import sqlite3

_UNDEFINED = {"42P01", "42703"}
"""PostgreSQL's SQLSTATE for a table or a column that is not there."""

_UNDEFINED_ON_SQLITE = re.compile(r"no such (table|column): |table \S+ has no column named ")

_MIGRATE = "the schema is missing or older than this code; run: python -m chassis.migrations services.<name>"


def is_of_database(error: BaseException) -> bool:
    """Tell whether an error is one of SQLAlchemy's, without loading it: the gateway does without."""
    return any(kind.__module__ == "sqlalchemy.exc" for kind in type(error).__mro__)


def facts_of(error: BaseException) -> dict[str, str]:
    """Return what a log may tell of a database error: its code, and what to do where the schema is not this code's.

    Never the message, the statement or its parameters: these hold what people entrusted to us.
    """
    told = {
        "sqlstate": getattr(_cause(error), "sqlstate", None),
        "sqlite_error": getattr(_cause(error), "sqlite_errorname", None),
        "remedy": _MIGRATE if _is_schema_missing(error) else None,
    }
    return {name: text for name, text in told.items() if text}


def _cause(error: BaseException) -> BaseException:
    """Return what the driver raised, which SQLAlchemy wraps."""
    return getattr(error, "orig", None) or error


def _is_schema_missing(error: BaseException) -> bool:
    cause = _cause(error)
    return getattr(cause, "sqlstate", None) in _UNDEFINED or (
        isinstance(cause, sqlite3.OperationalError)
        and _UNDEFINED_ON_SQLITE.match(str(cause)) is not None
    )
