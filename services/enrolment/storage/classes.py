"""Classes: copied from the catalogue, locked and saved with the seats held."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from chassis.clock import read_instant, write_instant
from chassis.column_types import Identifier
from chassis.database import Database
from chassis.recordset import rows_parameter
from services.enrolment.domain.seats.moving import Plan
from services.enrolment.domain.seats.training_class import (
    CANCELLED,
    UNLISTED,
    Meeting,
    TrainingClass,
)
from services.enrolment.storage.suspensions import SUSPENSIONS
from services.enrolment.storage.tables.journal import JOURNAL
from services.enrolment.storage.tables.seats import ENROLMENT, TRAINING_CLASS

T, E = TRAINING_CLASS.c, ENROLMENT.c


@dataclass(frozen=True, slots=True)
class ClassCopy:
    """A class as the catalogue tells it: everything but the seats held."""

    class_id: str
    values: Mapping[str, Any]


class ClassStore:
    """The table of classes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        lock = sa.select(TRAINING_CLASS).where(database.is_among(T.class_id)).order_by(T.class_id)
        self._lock = database.sharing(SUSPENSIONS, lock).with_for_update(
            key_share=True, of=TRAINING_CLASS
        )
        self._read = sa.select(TRAINING_CLASS).where(T.class_id == sa.bindparam("class_id"))
        self._find_all = sa.select(TRAINING_CLASS).where(database.is_among(T.class_id))
        given = database.recordset(
            {"class_id": Identifier(), "taken": sa.Integer(), "effective_seats": sa.Integer()}
        )
        self._save = (
            sa.update(TRAINING_CLASS)
            .where(T.class_id == given.c.class_id)
            .values(
                held=T.held + given.c.taken,
                effective_seats=sa.func.coalesce(given.c.effective_seats, T.effective_seats),
            )
        )
        of_lists = database.recordset(
            {
                "class_id": Identifier(),
                "offered": sa.Integer(),
                "waiting": sa.Integer(),
                "joined": sa.Integer(),
                "effective_seats": sa.Integer(),
            }
        )
        self._save_lists = (
            sa.update(TRAINING_CLASS)
            .where(T.class_id == of_lists.c.class_id)
            .values(
                offered=T.offered + of_lists.c.offered,
                waiting=T.waiting + of_lists.c.waiting,
                joined=T.joined + of_lists.c.joined,
                effective_seats=sa.func.coalesce(of_lists.c.effective_seats, T.effective_seats),
            )
        )

    def lock(self, connection: sa.Connection, class_ids: Sequence[str]) -> dict[str, TrainingClass]:
        """Lock classes in the order of their ids and return those that are known.

        Which providers are suspended stays as it is until the transaction ends; read it in a statement after this one.
        """
        found = connection.execute(self._lock, {"keys": self._database.keys(class_ids)})
        return {row.class_id: class_of(row) for row in found}

    def read(self, connection: sa.Connection, class_id: str) -> TrainingClass | None:
        """Read one class without locking it."""
        row = connection.execute(self._read, {"class_id": class_id}).one_or_none()
        return None if row is None else class_of(row)

    def find_all(
        self, connection: sa.Connection, class_ids: Sequence[str]
    ) -> dict[str, TrainingClass]:
        """Read many classes without locking them."""
        keys = {"keys": self._database.keys(class_ids)}
        return {row.class_id: class_of(row) for row in connection.execute(self._find_all, keys)}

    def called_off_after(
        self, connection: sa.Connection, class_id: str, *, limit: int
    ) -> list[str]:
        """Read which classes were called off while somebody is still in them, after one of them."""
        live = sa.exists().where(E.class_id == T.class_id, E.live_slot.is_not(None))
        query = sa.select(T.class_id).where(T.status == CANCELLED, T.held > 0, live)
        return ids_after(connection, query, class_id, limit=limit)

    def listed_after(self, connection: sa.Connection, class_id: str, *, limit: int) -> list[str]:
        """Read which classes the catalogue still tells of, in the order of their ids, after one of them."""
        query = sa.select(T.class_id).where(T.status.not_in((CANCELLED, UNLISTED)))
        return ids_after(connection, query, class_id, limit=limit)

    def save_unlisted(self, connection: sa.Connection, classes: Sequence[TrainingClass]) -> None:
        """Save that the catalogue no longer tells of locked classes."""
        class_ids = [training_class.class_id for training_class in classes]
        connection.execute(
            sa.update(TRAINING_CLASS).where(T.class_id.in_(class_ids)).values(status=UNLISTED)
        )

    def save_moves(self, connection: sa.Connection, *, first: int, count: int) -> None:
        """Save that classes were moved, as so many entries say that follow each other from a position on."""
        entry = JOURNAL.entry.c
        connection.execute(
            sa.update(TRAINING_CLASS)
            .where(T.class_id == entry.class_id)
            .where(entry.position >= first, entry.position < first + count)
            .values(moved_position=entry.position, moved_at=entry.recorded_at)
        )

    def save_held(
        self,
        connection: sa.Connection,
        classes: Sequence[TrainingClass],
        *,
        before: Mapping[str, TrainingClass],
    ) -> None:
        """Save the seats held by locked classes.

        Seats are added to what the row says, and the effective number stays as it is when they are taken, so that
        the database itself refuses to oversell; it follows the declared number down only when seats come free.
        """
        rows = []
        for training_class in classes:
            taken = training_class.held - before[training_class.class_id].held
            rows.append(
                {
                    "class_id": training_class.class_id,
                    "taken": taken,
                    "effective_seats": training_class.effective_seats if taken < 0 else None,
                }
            )
        if rows:
            connection.execute(self._save, {"rows": rows_parameter(rows)})

    def save_lists(
        self,
        connection: sa.Connection,
        classes: Sequence[TrainingClass],
        *,
        before: Mapping[str, TrainingClass],
    ) -> None:
        """Save who waits in locked classes, and to how many a seat is offered, likewise.

        Save this before the seats held: a seat that was offered and is accepted is free in between, never held twice.
        """
        rows = []
        for after in classes:
            was = before[after.class_id]
            given_up = was.held + was.offered - after.held - after.offered
            rows.append(
                {
                    "class_id": after.class_id,
                    "offered": after.offered - was.offered,
                    "waiting": after.waiting - was.waiting,
                    "joined": after.joined - was.joined,
                    "effective_seats": after.effective_seats if given_up > 0 else None,
                }
            )
        changed = [row for row in rows if row["offered"] or row["waiting"] or row["joined"]]
        if changed:
            connection.execute(self._save_lists, {"rows": rows_parameter(changed)})

    def put(self, connection: sa.Connection, copies: Sequence[ClassCopy]) -> None:
        """Write what the catalogue tells about classes; seats held are enrolment's own and stay."""
        for copy in sorted(copies, key=lambda c: c.class_id):
            if _is_on_other_days(connection, copy):
                _forget_due(connection, copy.class_id)
            declared = copy.values["declared_seats"]
            taken = T.held + T.offered
            effective = sa.case((taken > declared, taken), else_=declared)
            updated = connection.execute(
                sa.update(TRAINING_CLASS)
                .where(T.class_id == copy.class_id)
                .values(**copy.values, effective_seats=effective)
            )
            if updated.rowcount == 0:
                connection.execute(
                    sa.insert(TRAINING_CLASS).values(
                        class_id=copy.class_id, **copy.values, effective_seats=declared, held=0
                    )
                )


def plan_of(copy: ClassCopy) -> Plan:
    """Read where and when a class is held by what the catalogue tells."""
    values = copy.values
    return Plan(values["status"], values["venue"], read_meetings(values["meetings"]))


def _is_on_other_days(connection: sa.Connection, copy: ClassCopy) -> bool:
    """Lock a class and tell whether what the catalogue says moves it to other days."""
    when = ("starts_at", "ends_at", "zone")
    query = sa.select(*[T[name] for name in when]).where(T.class_id == copy.class_id)
    row = connection.execute(query.with_for_update(key_share=True)).one_or_none()
    return row is not None and tuple(row) != tuple(copy.values[name] for name in when)


def _forget_due(connection: sa.Connection, class_id: str) -> None:
    """Forget by when those in a class have to act; the worker writes it down anew (`note_due_times`)."""
    connection.execute(
        sa.update(ENROLMENT)
        .where(E.class_id == class_id, E.live_slot.is_not(None), E.provider_due_at.is_not(None))
        .values(holder_due_at=None, provider_due_at=None)
    )


def ids_after(
    connection: sa.Connection, query: sa.Select[Any], class_id: str, *, limit: int
) -> list[str]:
    """Read the next ids of a query in their order; after the empty one, the first."""
    if class_id:
        query = query.where(T.class_id > class_id)
    return list(connection.execute(query.order_by(T.class_id).limit(limit)).scalars())


def write_meetings(meetings: Sequence[Meeting]) -> str:
    """Write meetings into their column."""
    return json.dumps([[write_instant(m.starts_at), write_instant(m.ends_at)] for m in meetings])


@lru_cache(maxsize=4_096)
def read_meetings(text: str) -> tuple[Meeting, ...]:
    """Read meetings from their column; the same class is read again and again while it fills."""
    return tuple(Meeting(read_instant(start), read_instant(end)) for start, end in json.loads(text))


def class_of(row: sa.Row[Any]) -> TrainingClass:
    """Make a class of its row."""
    return TrainingClass(
        class_id=row.class_id,
        course_id=row.course_id,
        course_title=row.course_title,
        provider_id=row.provider_id,
        track=row.track,
        mode=row.mode,
        status=row.status,
        price=row.price,
        declared_seats=row.declared_seats,
        held=row.held,
        zone=row.zone,
        registration_opens=row.registration_opens,
        registration_closes=row.registration_closes,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        meetings=read_meetings(row.meetings),
        reason=row.reason,
        has_final_test=bool(row.has_final_test),
        hours=row.hours,
        trainers=row.trainers,
        rule_version=row.rule_version,
        offered=row.offered,
        waiting=row.waiting,
        joined=row.joined,
        venue=row.venue,
        moved_at=row.moved_at,
        moved_position=row.moved_position,
    )
