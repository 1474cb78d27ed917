"""Who holds a seat in a class since before an instant, by reference, page by page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.enrolment.domain.seats.enrolment import HOLDS_A_SEAT
from services.enrolment.storage.tables.seats import ENROLMENT

E = ENROLMENT.c


def seat_holders(
    connection: sa.Connection,
    class_id: str,
    *,
    enrolled_until: datetime,
    after: str | None,
    limit: int,
) -> dict[str, Any]:
    """Return the cards that hold a seat now and did so at an instant already, in the order of their enrolments.

    `next` is what comes `after` this page; None where it is the last. Who gives a seat back meanwhile is left out, and
    moves nobody else: a page goes by the enrolments themselves.
    """
    query = (
        sa.select(E.enrolment_id, E.card_ref)
        .where(E.class_id == class_id, E.enrolled_at <= enrolled_until)
        .where(E.state.in_(sorted(state.value for state in HOLDS_A_SEAT)))
        .order_by(E.enrolment_id)
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(E.enrolment_id > after)
    rows = connection.execute(query).all()
    page = rows[:limit]
    return {
        "cards": [row.card_ref for row in page],
        "next": page[-1].enrolment_id if len(rows) > limit else None,
    }
