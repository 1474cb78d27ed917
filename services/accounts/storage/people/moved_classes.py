"""The classes that were moved and whose people are still to be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import sqlalchemy as sa

from chassis.database import Database
from chassis.recordset import rows_parameter
from chassis.upsert import put_unless_there
from services.accounts.domain.people.news import MovedClass
from services.accounts.storage.people_tables import MOVED_CLASS

C = MOVED_CLASS.c


def add_moved_classes(
    connection: sa.Connection, database: Database, moved: Sequence[MovedClass]
) -> None:
    """Note classes whose people are to be told; one that is noted already stays as far as it has come."""
    rows = [asdict(each) for each in moved]
    connection.execute(put_unless_there(database, MOVED_CLASS), {"rows": rows_parameter(rows)})


def load_moved_classes(connection: sa.Connection, *, limit: int) -> list[MovedClass]:
    """Load classes whose people are still to be told, those that were moved first before others."""
    query = sa.select(MOVED_CLASS).order_by(C.moved_at, C.entry_digest).limit(limit)
    return [MovedClass(**row) for row in connection.execute(query).mappings()]


def go_on(connection: sa.Connection, moved: MovedClass, *, told_to: str | None) -> bool:
    """Note how far the telling has come, None where everybody is told; false where another was here meanwhile."""
    is_there = sa.and_(
        C.entry_digest == moved.entry_digest, C.told_to.is_not_distinct_from(moved.told_to)
    )
    if told_to is None:
        return bool(connection.execute(sa.delete(MOVED_CLASS).where(is_there)).rowcount)
    statement = sa.update(MOVED_CLASS).where(is_there).values(told_to=told_to)
    return bool(connection.execute(statement).rowcount)


def forget_moved_classes(connection: sa.Connection) -> None:
    """Forget what was noted: the journal that said it is no longer the one that is followed."""
    connection.execute(sa.delete(MOVED_CLASS))
