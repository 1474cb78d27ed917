"""The seats held in each class, as enrolment tells them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from chassis.database import Database
from chassis.recordset import rows_parameter
from chassis.upsert import put_unless_later
from services.catalog.storage.seats_flips import SeatsFlips
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
        self._put = put_unless_later(database, CLASS_SEATS, key="class_id", order="position")
        self._flips = SeatsFlips(database)

    def put(self, connection: sa.Connection, told: Sequence[SeatsHeld]) -> None:
        """Save what was told, each class once, unless something later is known already, and note what filled up."""
        if told:
            class_ids = [seats.class_id for seats in told]
            before = self._flips.full(connection, class_ids)
            connection.execute(self._put, {"rows": rows_parameter([asdict(t) for t in told])})
            after = self._flips.full(connection, class_ids)
            self._flips.note(connection, before=before, after=after)

    def doubt_all(self, connection: sa.Connection) -> None:
        """Keep every number only until the source, which was replaced, tells another."""
        connection.execute(sa.update(CLASS_SEATS).values(position=DOUBTED))

    def forget_doubted(self, connection: sa.Connection) -> None:
        """Forget numbers that the source has told nothing of since they were doubted."""
        is_doubted = CLASS_SEATS.c.position == DOUBTED
        doubted = connection.execute(sa.select(CLASS_SEATS.c.class_id).where(is_doubted)).scalars()
        before = self._flips.full(connection, doubted)
        connection.execute(sa.delete(CLASS_SEATS).where(is_doubted))
        self._flips.note(connection, before=before, after=dict.fromkeys(before, False))
