"""Movements of money: added, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.column_types import Identifier, Instant
from chassis.database import Database
from chassis.recordset import rows_parameter
from services.enrolment.domain.money.movement import Movement
from services.enrolment.storage.tables.money import MOVEMENT

_COLUMNS: dict[str, sa.types.TypeEngine[Any]] = {
    "movement_id": Identifier(),
    "cause": sa.String(16),
    "source": sa.String(16),
    "target": sa.String(16),
    "amount": sa.BigInteger(),
    "card_ref": Identifier(),
    "enrolment_id": Identifier(),
    "class_id": Identifier(),
    "provider_id": Identifier(),
    "moved_at": Instant(),
    "correction_id": Identifier(),
}


class MovementStore:
    """The table of movements."""

    def __init__(self, database: Database) -> None:
        given = database.recordset(_COLUMNS)
        self._add = sa.insert(MOVEMENT).from_select(
            list(_COLUMNS), sa.select(*[given.c[name] for name in _COLUMNS])
        )

    def add(
        self, connection: sa.Connection, movements: Sequence[Movement], *, now: datetime
    ) -> None:
        """Add movements in one statement."""
        rows = [
            {name: getattr(movement, name) for name in _COLUMNS if name != "moved_at"}
            | {"moved_at": now}
            for movement in movements
        ]
        if rows:
            connection.execute(self._add, {"rows": rows_parameter(rows)})
