"""Results of trainings: added once for each enrolment, never changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.column_types import Identifier, Instant
from chassis.database import Database
from chassis.recordset import rows_parameter
from services.enrolment.domain.learning.result import Result
from services.enrolment.storage.tables.learning import TRAINING_RESULT

R = TRAINING_RESULT.c
_COLUMNS: dict[str, sa.types.TypeEngine[Any]] = {
    "enrolment_id": Identifier(),
    "outcome": sa.String(16),
    "attended": sa.SmallInteger(),
    "meetings": sa.SmallInteger(),
    "evidence": sa.Text(),
    "movement_id": Identifier(),
    "rule_version": sa.String(32),
    "given_at": Instant(),
}


class ResultStore:
    """The table of results."""

    def __init__(self, database: Database) -> None:
        given = database.recordset(_COLUMNS)
        self._add = sa.insert(TRAINING_RESULT).from_select(
            list(_COLUMNS), sa.select(*[given.c[name] for name in _COLUMNS])
        )

    def add(
        self,
        connection: sa.Connection,
        results: Sequence[Result],
        *,
        rule_version: str,
        now: datetime,
    ) -> None:
        """Add results of enrolments whose cards are locked."""
        rows = [
            {
                "enrolment_id": each.enrolment.enrolment_id,
                "outcome": each.enrolment.state.value,
                "attended": each.attendance.attended,
                "meetings": len(each.attendance.meetings),
                "evidence": json.dumps(each.attendance.counted),
                "movement_id": each.movement.movement_id if each.movement else None,
                "rule_version": rule_version,
                "given_at": now,
            }
            for each in results
        ]
        if rows:
            connection.execute(self._add, {"rows": rows_parameter(rows)})

    def returned_its_money(self, connection: sa.Connection, enrolment_id: str) -> bool:
        """Tell whether the result of an enrolment returned what was set aside for it."""
        query = sa.select(R.movement_id).where(R.enrolment_id == enrolment_id)
        return connection.execute(query).scalar_one_or_none() is not None
