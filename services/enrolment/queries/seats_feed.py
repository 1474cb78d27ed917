"""Seats as a feed, for whoever shows them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from services.enrolment.storage.stores import Stores
from services.enrolment.storage.tables.journal import JOURNAL
from services.enrolment.storage.tables.seats import TRAINING_CLASS

T = TRAINING_CLASS.c
_TAKEN = sa.case((T.waiting > 0, T.effective_seats), else_=T.held + T.offered).label("taken")


def seats_since(
    connection: sa.Connection, *, after: int, window: int, stores: Stores
) -> dict[str, Any]:
    """Return the seats of every class that the next `window` entries after a position touched, once each.

    The numbers are absolute and hold at `after` of the answer or later, so that applying them twice does no harm.
    `from_digest` and `digest` are the hashes of the entries at the two ends, by which whoever follows notices that the
    journal is another one than before. `held` is how many seats nobody else can have: those that are offered are
    counted, and while somebody waits, all.
    """
    head = stores.journal.head(connection)
    until = min(after + window, head.size)
    entry = JOURNAL.entry.c
    touched = (
        sa.select(entry.class_id, sa.func.max(entry.position).label("position"))
        .where(entry.position > after)
        .where(entry.position <= until)
        .where(entry.class_id.is_not(None))
        .group_by(entry.class_id)
        .subquery()
    )
    rows = connection.execute(
        sa.select(T.class_id, T.effective_seats, _TAKEN, touched.c.position).join(
            touched, touched.c.class_id == T.class_id
        )
    )
    return {
        "epoch": head.epoch,
        "size": head.size,
        "from_digest": _digest(connection, after, stores),
        "after": until,
        "digest": _digest(connection, until, stores),
        "classes": [
            {
                "class_id": row.class_id,
                "seats": row.effective_seats,
                "held": row.taken,
                "position": row.position,
            }
            for row in rows
        ],
    }


def _digest(connection: sa.Connection, position: int, stores: Stores) -> str | None:
    """Return the hash of one entry; None at the beginning and beyond the end."""
    entries = stores.journal.read(connection, after=position - 1, limit=1) if position else []
    return entries[0].digest() if entries else None
