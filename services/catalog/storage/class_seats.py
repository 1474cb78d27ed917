"""The seats held in each class, as enrolment tells them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from chassis.database import Database
from chassis.recordset import rows_parameter
from services.catalog.storage.tables import CLASS_SEATS

DOUBTED = 0
"""No entry has this position: whatever is told next is later."""


@dataclass(frozen=True, slots=True)
class SeatsHeld:
    """How many seats of a class are held, and the position of enrolment's journal at which that was so."""

    class_id: str
    held: int
    position: int


class ClassSeats:
    """The table of seats held."""

    def __init__(self, database: Database) -> None:
        insert = postgresql.insert if database.dialect == "postgresql" else sqlite.insert
        columns = [column.name for column in CLASS_SEATS.c]
        given = database.recordset({column.name: column.type for column in CLASS_SEATS.c})
        statement = insert(CLASS_SEATS).from_select(
            columns,
            # SQLite reads ON CONFLICT after a SELECT as a join unless a WHERE stands between
            sa.select(*[given.c[name] for name in columns]).where(sa.true()),
        )
        told = statement.excluded
        self._put = statement.on_conflict_do_update(
            index_elements=[CLASS_SEATS.c.class_id],
            set_={"held": told.held, "position": told.position},
            where=CLASS_SEATS.c.position <= told.position,
        )

    def put(self, connection: sa.Connection, told: Sequence[SeatsHeld]) -> None:
        """Save what was told, unless something later is known already: one statement, each class once."""
        if told:
            connection.execute(self._put, {"rows": rows_parameter([asdict(t) for t in told])})

    def doubt_all(self, connection: sa.Connection) -> None:
        """Keep every number only until the source, which was replaced, tells another."""
        connection.execute(sa.update(CLASS_SEATS).values(position=DOUBTED))

    def forget_doubted(self, connection: sa.Connection) -> None:
        """Forget numbers that the source has told nothing of since they were doubted."""
        connection.execute(sa.delete(CLASS_SEATS).where(CLASS_SEATS.c.position == DOUBTED))
