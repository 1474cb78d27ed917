"""Results of trainings: added once for each enrolment, never changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Judged:
    """What a result went by: the evidence that counted, the meetings that the class had, the rules."""

    evidence: frozenset[str]
    meetings: int
    rule_version: str


class ResultStore:
    """The table of results."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._attended = sa.select(R.enrolment_id, R.attended).where(
            database.is_among(R.enrolment_id)
        )
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

    def find(self, connection: sa.Connection, enrolment_id: str) -> Judged | None:
        """Read what the result of an enrolment went by; None where it has none."""
        query = sa.select(R.evidence, R.meetings, R.rule_version)
        row = connection.execute(query.where(R.enrolment_id == enrolment_id)).one_or_none()
        if row is None:
            return None
        return Judged(frozenset(json.loads(row.evidence)), row.meetings, row.rule_version)

    def attended(self, connection: sa.Connection, enrolment_ids: Sequence[str]) -> dict[str, int]:
        """Read to how many meetings somebody came by the result, of those enrolments that have one."""
        keys = {"keys": self._database.keys(enrolment_ids)}
        return {row.enrolment_id: row.attended for row in connection.execute(self._attended, keys)}

    def returned_its_money(self, connection: sa.Connection, enrolment_id: str) -> bool:
        """Tell whether the result of an enrolment returned what was set aside for it."""
        query = sa.select(R.movement_id).where(R.enrolment_id == enrolment_id)
        return connection.execute(query).scalar_one_or_none() is not None
