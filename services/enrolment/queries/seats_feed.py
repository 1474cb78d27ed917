"""Seats as a feed, for whoever shows them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from services.enrolment.storage.stores import Stores
from services.enrolment.storage.tables import JOURNAL, TRAINING_CLASS

T = TRAINING_CLASS.c


def seats_since(
    connection: sa.Connection, *, after: int, window: int, stores: Stores
) -> dict[str, Any]:
    """Return the seats of every class that the next `window` entries after a position touched, once each.

    The numbers are absolute and hold at `after` of the answer or later, so that applying them twice does no harm.
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
        sa.select(T.class_id, T.effective_seats, T.held, touched.c.position).join(
            touched, touched.c.class_id == T.class_id
        )
    )
    return {
        "epoch": head.epoch,
        "size": head.size,
        "after": until,
        "classes": [
            {
                "class_id": row.class_id,
                "seats": row.effective_seats,
                "held": row.held,
                "position": row.position,
            }
            for row in rows
        ],
    }
