"""The seats of one class, exactly."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from services.enrolment.domain.seats.training_class import PUBLISHED
from services.enrolment.storage.tables.seats import SUSPENSION, TRAINING_CLASS

T = TRAINING_CLASS.c


def show_availability(connection: sa.Connection, class_id: str) -> dict[str, Any] | None:
    """Return a class's seats as they stand this moment, or None. Of a class that takes nobody none are left."""
    row = connection.execute(
        sa.select(
            T.class_id,
            T.declared_seats,
            T.effective_seats,
            T.held,
            T.offered,
            T.waiting,
            T.status,
            sa.func.coalesce(SUSPENSION.c.in_force, sa.false()).label("suspended"),
        )
        .outerjoin(SUSPENSION, SUSPENSION.c.provider_id == T.provider_id)
        .where(T.class_id == class_id)
    ).one_or_none()
    if row is None:
        return None
    takes_people = row.status == PUBLISHED and not row.suspended and not row.waiting
    return {
        "class_id": row.class_id,
        "status": row.status,
        "seats": row.effective_seats,
        "declared_seats": row.declared_seats,
        "held": row.held,
        "offered": row.offered,
        "seats_left": max(row.declared_seats - row.held - row.offered, 0) if takes_people else 0,
        "provider_suspended": row.suspended,
        "waiting": row.waiting,
    }
