"""Seats: exact for one class, and as a feed for whoever shows them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from services.enrolment.domain.seats.enrolment import EnrolmentState
from services.enrolment.storage.stores import Stores
from services.enrolment.storage.tables import ENROLMENT, JOURNAL, TRAINING_CLASS
from vocabulary.roles import PROVIDER

T = TRAINING_CLASS.c


def show_availability(connection: sa.Connection, class_id: str) -> dict[str, Any] | None:
    """Return a class's seats as they stand this moment, or None."""
    row = connection.execute(
        sa.select(T.class_id, T.declared_seats, T.effective_seats, T.held, T.status).where(
            T.class_id == class_id
        )
    ).one_or_none()
    if row is None:
        return None
    return {
        "class_id": row.class_id,
        "status": row.status,
        "seats": row.effective_seats,
        "declared_seats": row.declared_seats,
        "held": row.held,
        "seats_left": max(row.declared_seats - row.held, 0),
        "waiting": 0,
    }


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


def roster_rows(
    connection: sa.Connection, class_id: str, *, role: str, provider: str | None
) -> list[sa.Row[Any]] | None:
    """Return who is enrolled in a class, in the order of enrolling; None where it is absent or another's."""
    owner = connection.execute(
        sa.select(T.provider_id).where(T.class_id == class_id)
    ).scalar_one_or_none()
    if owner is None or (role == PROVIDER and owner != provider):
        return None
    E = ENROLMENT.c  # noqa: N806 - as short as the table's other aliases
    return list(
        connection.execute(
            sa.select(E.enrolment_id, E.card_ref, E.state, E.enrolled_at)
            .where(E.class_id == class_id)
            .where(E.state != EnrolmentState.CANCELLED.value)
            .order_by(E.enrolment_id)
        )
    )
