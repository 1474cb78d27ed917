"""The counts of the reports, and what an enrolment is counted by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields

import sqlalchemy as sa

from chassis.database import Database
from chassis.recordset import rows_parameter
from chassis.upsert import put_unless_there
from services.enrolment.domain.reports.realisation import Cell, Counts, Participation
from services.enrolment.storage.tables.programme import CARD
from services.enrolment.storage.tables.reports import REALISATION
from services.enrolment.storage.tables.seats import ENROLMENT, TRAINING_CLASS

_NUMBERS = tuple(field.name for field in fields(Counts))
R, E, C, T = REALISATION.c, ENROLMENT.c, CARD.c, TRAINING_CLASS.c


class RealisationStore:
    """The table of counts: added to by the follower of the journal, read by the reports."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._begin = put_unless_there(database, REALISATION)
        given = database.recordset({column.name: column.type for column in R})
        self._add = (
            sa.update(REALISATION)
            .where(R.dimension == given.c.dimension, R.code == given.c.code)
            .values({name: R[name] + given.c[name] for name in _NUMBERS})
        )
        self._participations = (
            sa.select(
                E.enrolment_id,
                E.price,
                E.enrolled_at,
                C.region.label("regency"),
                E.track,
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
        """Add changes to the counts, in two statements.

        A row is begun with nothing first: an insert that gives way to an update would be judged by the table's
        constraint as if the change were all there is, and a cancellation is less than nothing.
        """
        if not changes:
            return
        nothing = Counts().numbers()
        cells = [{"dimension": dimension, "code": code} for dimension, code in sorted(changes)]
        begun = [{**cell, **nothing} for cell in cells]
        added = [{**cell, **changes[cell["dimension"], cell["code"]].numbers()} for cell in cells]
        connection.execute(self._begin, {"rows": rows_parameter(begun)})
        connection.execute(self._add, {"rows": rows_parameter(added)})

    def counts(self, connection: sa.Connection, dimension: str) -> dict[str, Counts]:
        """Read the counts of a dimension by their codes."""
        found = connection.execute(sa.select(REALISATION).where(R.dimension == dimension))
        return {
            row.code: Counts(row.enrolled, row.started, row.cancelled, row.amount) for row in found
        }
