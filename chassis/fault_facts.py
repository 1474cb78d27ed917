"""What a log may tell of an error of either database, in processes that have one and in those that have none."""

from __future__ import annotations

import re
import sqlite3

_UNDEFINED = {"42P01", "42703"}
"""PostgreSQL's SQLSTATE for a table or a column that is not there."""

_UNDEFINED_ON_SQLITE = re.compile(r"no such (table|column): |table \S+ has no column named ")

_MIGRATE = (
    "a table or a column is missing: where there is no schema, or the log says schema-behind, run: python -m"
    " chassis.migrations services.<name>; else migrating again changes nothing, and a start tells what is missing"
)

_NO_SUCH_HOST = "failed to resolve host "


def is_of_database(error: BaseException) -> bool:
    """Tell whether an error is one of SQLAlchemy's, without loading it: the gateway does without."""
    return any(kind.__module__ == "sqlalchemy.exc" for kind in type(error).__mro__)


def facts_of(error: BaseException) -> dict[str, str]:
    """Return what a log may tell of a database error: its code, and what to do where the schema lacks something.

    Never the message, the statement or its parameters: these hold what people entrusted to us.
    """
    told = {
        "sqlstate": getattr(_cause(error), "sqlstate", None),
        "sqlite_error": getattr(_cause(error), "sqlite_errorname", None),
        "remedy": _MIGRATE if _is_schema_missing(error) else None,
    }
    return {name: text for name, text in told.items() if text}


def why_not_reached(error: BaseException) -> str | None:
    """Return in one line what kept the driver from connecting to PostgreSQL; None for every other error.

    Nobody's data is in it: nothing was asked yet. It names host, port, role and database, and no password.
    """
    cause = _cause(error)
    said = " ".join(str(cause).split())
    # psycopg hands out the connection with what happened while it was made, and with nothing that came later.
    was_connecting = getattr(cause, "pgconn", None) is not None or said.startswith(_NO_SUCH_HOST)
    return said.removeprefix("connection failed: ") if was_connecting else None


def _cause(error: BaseException) -> BaseException:
    """Return what the driver raised, which SQLAlchemy wraps."""
    return getattr(error, "orig", None) or error


def _is_schema_missing(error: BaseException) -> bool:
    cause = _cause(error)
    return getattr(cause, "sqlstate", None) in _UNDEFINED or (
        isinstance(cause, sqlite3.OperationalError)
        and _UNDEFINED_ON_SQLITE.match(str(cause)) is not None
    )
