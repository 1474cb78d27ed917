"""A column said so that no index serves it, where a database would else take the wrong one of several."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa


def unindexed(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Return a column's value, to be compared with after rows were found by another one.

    A database that does not know yet how many rows share a value, or never asks (SQLite), takes any index there is:
    one whose every value is shared by thousands as well as one that leads to three.
    """
    return sa.func.coalesce(column, column)
