"""Evidence of attendance: added, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.column_types import Identifier, Instant
from chassis.database import Database
from chassis.recordset import rows_parameter
from services.enrolment.domain.learning.evidence import Evidence, MakeUp, Source
from services.enrolment.domain.seats.training_class import FINAL_TEST
from services.enrolment.storage.tables.learning import EVIDENCE

V = EVIDENCE.c
_COLUMNS: dict[str, sa.types.TypeEngine[Any]] = {
    "evidence_id": Identifier(),
    "enrolment_id": Identifier(),
    "sequence": sa.SmallInteger(),
    "present": sa.Boolean(),
    "source": sa.String(16),
    "device_time": Instant(),
    "score": sa.SmallInteger(),
    "corrects": Identifier(),
    "reason": sa.Text(),
    "held_from": Instant(),
    "held_to": Instant(),
    "recorded_at": Instant(),
    "actor": sa.String(128),
    "role": sa.String(32),
    "position": sa.BigInteger(),
}
_SAID = ("evidence_id", "enrolment_id", "sequence", "present", "device_time", "score", "corrects")


@dataclass(frozen=True, slots=True)
class Recorder:
    """Who records evidence, as the credential says."""

    actor: str
    role: str


class EvidenceStore:
    """The table of evidence. The cards of the enrolments are locked by whoever adds, and by whoever judges."""

    def __init__(self, database: Database) -> None:
        self._database = database
        among_ids = database.is_among(V.evidence_id)
        self._known = sa.select(EVIDENCE).where(among_ids)
        self._corrections = sa.select(V.corrects, V.evidence_id).where(
            database.is_among(V.corrects)
        )
        self._counts = (
            sa.select(V.enrolment_id, sa.func.count().label("entries"))
            .where(database.is_among(V.enrolment_id))
            .group_by(V.enrolment_id)
        )
        later = EVIDENCE.alias("later")
        replaced = sa.exists().where(later.c.corrects == V.evidence_id)
        self._attended = (
            sa.select(V.enrolment_id, sa.func.count(V.sequence.distinct()).label("meetings"))
            .where(database.is_among(V.enrolment_id))
            .where(V.present, V.sequence != FINAL_TEST, ~replaced)
            .group_by(V.enrolment_id)
        )
        self._of = (
            sa.select(EVIDENCE)
            .where(database.is_among(V.enrolment_id))
            .order_by(V.enrolment_id, V.position)
        )
        given = database.recordset(_COLUMNS)
        self._add = sa.insert(EVIDENCE).from_select(
            list(_COLUMNS), sa.select(*[given.c[name] for name in _COLUMNS])
        )

    def known(self, connection: sa.Connection, evidence_ids: Sequence[str]) -> dict[str, Evidence]:
        """Read which of these are kept already."""
        keys = {"keys": self._database.keys(evidence_ids)}
        return {row.evidence_id: evidence_of(row) for row in connection.execute(self._known, keys)}

    def corrections(self, connection: sa.Connection, evidence_ids: Sequence[str]) -> dict[str, str]:
        """Read which of these were corrected, and by what."""
        keys = {"keys": self._database.keys(evidence_ids)}
        return {
            row.corrects: row.evidence_id for row in connection.execute(self._corrections, keys)
        }

    def counts(self, connection: sa.Connection, enrolment_ids: Sequence[str]) -> dict[str, int]:
        """Count the entries of enrolments."""
        keys = {"keys": self._database.keys(enrolment_ids)}
        return {row.enrolment_id: row.entries for row in connection.execute(self._counts, keys)}

    def attended(self, connection: sa.Connection, enrolment_ids: Sequence[str]) -> dict[str, int]:
        """Count to how many meetings there is evidence that somebody came; what was corrected does not count."""
        keys = {"keys": self._database.keys(enrolment_ids)}
        return {row.enrolment_id: row.meetings for row in connection.execute(self._attended, keys)}

    def of(
        self, connection: sa.Connection, enrolment_ids: Sequence[str]
    ) -> dict[str, list[Evidence]]:
        """Read all evidence of enrolments, in the order of its recording."""
        found: dict[str, list[Evidence]] = {}
        for row in connection.execute(self._of, {"keys": self._database.keys(enrolment_ids)}):
            found.setdefault(row.enrolment_id, []).append(evidence_of(row))
        return found

    def rows(self, connection: sa.Connection, enrolment_id: str) -> list[sa.Row[Any]]:
        """Read all evidence of one enrolment as it was recorded, with by whom and when."""
        keys = {"keys": self._database.keys([enrolment_id])}
        return list(connection.execute(self._of, keys))

    def add(
        self,
        connection: sa.Connection,
        evidence: Sequence[Evidence],
        recorder: Recorder,
        *,
        first_position: int,
        now: datetime,
    ) -> None:
        """Add evidence whose entries stand in the journal one after another, from a position on."""
        rows = [
            {
                **{name: getattr(each, name) for name in _SAID},
                "source": each.source.value,
                "reason": each.reason,
                "held_from": each.make_up.held_from if each.make_up else None,
                "held_to": each.make_up.held_to if each.make_up else None,
                "recorded_at": now,
                "actor": recorder.actor,
                "role": recorder.role,
                "position": position,
            }
            for position, each in enumerate(evidence, start=first_position)
        ]
        if rows:
            connection.execute(self._add, {"rows": rows_parameter(rows)})


def evidence_of(row: Any) -> Evidence:
    """Make evidence of its row."""
    make_up = MakeUp(row.held_from, row.held_to) if row.held_from is not None else None
    return Evidence(
        **{name: getattr(row, name) for name in _SAID},
        source=Source(row.source),
        reason=row.reason,
        make_up=make_up,
    )
