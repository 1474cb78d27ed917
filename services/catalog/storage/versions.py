"""Saving what has a version: of two who change the same one, the second is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from chassis.problems import PreconditionFailed


def save_next_version(connection: sa.Connection, table: sa.Table, row: Mapping[str, Any]) -> None:
    """Save a whole row whose version was raised by one. Raises `PreconditionFailed` where somebody else did so too."""
    (key,) = table.primary_key
    saved = connection.execute(
        sa.update(table)
        .where(key == row[key.name])
        .where(table.c.version == row["version"] - 1)
        .values(row)
    )
    if saved.rowcount == 0:
        raise PreconditionFailed
