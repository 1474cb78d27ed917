"""Which classes of a course somebody may go to instead, whose class was called off."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.clock import write_instant
from services.enrolment.domain.seats.training_class import PUBLISHED
from services.enrolment.queries.class_document import class_document
from services.enrolment.storage.tables.seats import SUSPENSION, TRAINING_CLASS

MOST = 3
"""Classes that are suggested: as many as a small screen shows at once."""

T = TRAINING_CLASS.c


def next_classes(
    connection: sa.Connection, course_id: str, *, now: datetime
) -> list[dict[str, Any]]:
    """Return the classes of a course that anybody may join now and that start soonest, at most `MOST`.

    Those with a free seat that is offered to nobody and that nobody waits for, of a provider who may take people. What
    the rules say of one card is not asked here: enrolling tells.
    """
    free = T.declared_seats - T.held - T.offered
    rows = connection.execute(
        sa.select(
            *(T.class_id, T.course_id, T.course_title, T.mode, T.zone, T.starts_at, T.ends_at),
            *(T.price, T.registration_closes),
            free.label("seats_left"),
        )
        .outerjoin(SUSPENSION, SUSPENSION.c.provider_id == T.provider_id)
        .where(
            T.course_id == course_id,
            T.status == PUBLISHED,
            T.registration_opens <= now,
            T.registration_closes > now,
            free > 0,
            T.waiting == 0,
            sa.not_(sa.func.coalesce(SUSPENSION.c.in_force, sa.false())),
        )
        .order_by(T.starts_at, T.class_id)
        .limit(MOST)
    ).all()
    return [
        {
            **class_document(row),
            "price": row.price,
            "registration_closes": write_instant(row.registration_closes),
            "seats_left": row.seats_left,
        }
        for row in rows
    ]
