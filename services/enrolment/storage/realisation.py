"""The counts of the reports, and what an enrolment is counted by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import sqlalchemy as sa

from chassis.database import Database
from chassis.recordset import rows_parameter
from chassis.upsert import add_up
from services.enrolment.domain.reports.realisation import Cell, Counts, Participation
from services.enrolment.storage.tables import CARD, ENROLMENT, REALISATION, TRAINING_CLASS

R, E, C, T = REALISATION.c, ENROLMENT.c, CARD.c, TRAINING_CLASS.c


class RealisationStore:
    """The table of counts: added to by the follower of the journal, read by the reports."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._add = add_up(database, REALISATION, keys=("dimension", "code"))
        self._participations = (
            sa.select(
                E.enrolment_id,
                E.price,
                E.enrolled_at,
                C.region.label("regency"),
                T.track,
                T.mode,
                C.cluster,
                C.wave_id,
                E.provider_id,
            )
            .join(CARD, C.card_ref == E.card_ref)
            .join(TRAINING_CLASS, T.class_id == E.class_id)
            .where(database.is_among(E.enrolment_id))
        )

    def participations(
        self, connection: sa.Connection, enrolment_ids: Sequence[str]
    ) -> dict[str, Participation]:
        """Read what enrolments are counted by: nothing of it changes once they are made."""
        found = connection.execute(
            self._participations, {"keys": self._database.keys(enrolment_ids)}
        )
        return {row.enrolment_id: Participation(**row._mapping) for row in found}

    def add(self, connection: sa.Connection, changes: Mapping[Cell, Counts]) -> None:
        """Add changes to the counts."""
        rows = [
            {"dimension": dimension, "code": code, **asdict(counts)}
            for (dimension, code), counts in sorted(changes.items())
        ]
        if rows:
            connection.execute(self._add, {"rows": rows_parameter(rows)})

    def counts(self, connection: sa.Connection, dimension: str) -> dict[str, Counts]:
        """Read the counts of a dimension by their codes."""
        found = connection.execute(sa.select(REALISATION).where(R.dimension == dimension))
        return {
            row.code: Counts(row.enrolled, row.started, row.cancelled, row.amount) for row in found
        }
