"""Who is enrolled in a class, by reference; names are read, and the reading recorded, by the use case."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from services.enrolment.domain.seats.enrolment import EnrolmentState
from services.enrolment.storage.tables.seats import ENROLMENT

E = ENROLMENT.c


def roster_rows(connection: sa.Connection, class_id: str) -> list[sa.Row[Any]]:
    """Return who is enrolled in a class, in the order of enrolling."""
    return list(
        connection.execute(
            sa.select(E.enrolment_id, E.card_ref, E.state, E.enrolled_at)
            .where(E.class_id == class_id)
            .where(E.state != EnrolmentState.CANCELLED.value)
            .order_by(E.enrolment_id)
        )
    )
