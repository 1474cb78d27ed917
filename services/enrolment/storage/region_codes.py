"""The codes of regions in SQL: what was kept under one that was abolished is found under its successor."""

from __future__ import annotations

import sqlalchemy as sa

from vocabulary.regions import SUCCESSORS


def present_region(column: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    """Return the code of today for one that a column keeps, as `present_code` does."""
    return sa.case(dict(SUCCESSORS), value=column, else_=column)
