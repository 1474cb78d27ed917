"""Courses one of whose classes filled up or came free again: notes for whoever keeps an index of that.

Seats held come from another service, so the catalogue's own journal does not tell of them. A note is written with the
number that it is about and removed once it is seen to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from chassis.database import Database
from chassis.identifiers import new_id
from services.catalog.storage.tables import CLASS_SEATS, SEATS_FLIP, TRAINING_CLASS

T = TRAINING_CLASS.c


class SeatsFlips:
    """The table of notes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._full = (
            sa.select(T.class_id, T.course_id, (CLASS_SEATS.c.held >= T.seats).label("is_full"))
            .outerjoin(CLASS_SEATS, CLASS_SEATS.c.class_id == T.class_id)
            .where(database.is_among(T.class_id))
        )
        self._forget = sa.delete(SEATS_FLIP).where(database.is_among(SEATS_FLIP.c.flip_id))

    def full(
        self, connection: sa.Connection, class_ids: Iterable[str]
    ) -> Mapping[tuple[str, str], bool]:
        """Tell of classes, each by its id and its course's, whether they are full."""
        rows = connection.execute(self._full, {"keys": self._database.keys(class_ids)})
        return {(row.class_id, row.course_id): bool(row.is_full) for row in rows}

    def note(
        self,
        connection: sa.Connection,
        *,
        before: Mapping[tuple[str, str], bool],
        after: Mapping[tuple[str, str], bool],
    ) -> None:
        """Note the courses whose classes were full and are not any more, or the other way round."""
        flipped = {key[1] for key, is_full in after.items() if before.get(key, False) != is_full}
        if flipped:
            rows = [{"flip_id": new_id(), "course_id": course_id} for course_id in sorted(flipped)]
            connection.execute(sa.insert(SEATS_FLIP), rows)

    def read(self, connection: sa.Connection, *, limit: int) -> Mapping[str, str]:
        """Return up to so many notes: the course by the note's id."""
        query = sa.select(SEATS_FLIP).order_by(SEATS_FLIP.c.flip_id).limit(limit)
        return {row.flip_id: row.course_id for row in connection.execute(query)}

    def forget(self, connection: sa.Connection, flip_ids: Sequence[str]) -> None:
        """Remove notes that were seen to."""
        connection.execute(self._forget, {"keys": self._database.keys(flip_ids)})
