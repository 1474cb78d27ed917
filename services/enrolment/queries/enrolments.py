"""Enrolments as their holder, their provider and the programme see them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from chassis.clock import write_instant
from chassis.pagination import Page
from services.enrolment.domain.learning.redemption import redeem_code
from services.enrolment.domain.reach import Reach
from services.enrolment.domain.seats.enrolment import EnrolmentState
from services.enrolment.storage.tables.seats import ENROLMENT, TRAINING_CLASS

E, T = ENROLMENT.c, TRAINING_CLASS.c
_SELECT = sa.select(
    ENROLMENT, T.course_id, T.course_title, T.mode, T.zone, T.starts_at, T.ends_at
).join(TRAINING_CLASS, T.class_id == E.class_id)


def within(reach: Reach) -> sa.ColumnElement[bool]:
    """Return the condition that an enrolment is within a reach: what `Reach.has_enrolment` says, in SQL."""
    if reach.everything:
        return sa.true()
    owned = [
        column == owner
        for column, owner in ((E.card_ref, reach.card_ref), (E.provider_id, reach.provider_id))
        if owner is not None
    ]
    return sa.or_(sa.false(), *owned)


def list_enrolments(
    connection: sa.Connection,
    page: Page,
    *,
    reach: Reach,
    filters: Mapping[str, str | None],
    code_key: bytes,
) -> dict[str, Any]:
    """Return the enrolments within a reach, the newest first; filters: `class_id`, `status`."""
    query = _SELECT.where(within(reach)).order_by(E.enrolment_id.desc()).limit(page.limit + 1)
    if filters.get("class_id"):
        query = query.where(E.class_id == filters["class_id"])
    if filters.get("status"):
        query = query.where(E.state == filters["status"])
    if page.after is not None:
        query = query.where(E.enrolment_id < page.after)
    rows = connection.execute(query).all()
    return page.of(
        rows,
        present=lambda row: _document(row, reach=reach, code_key=code_key),
        key=lambda row: str(row.enrolment_id),
    )


def show_enrolment(
    connection: sa.Connection, enrolment_id: str, *, reach: Reach, code_key: bytes
) -> dict[str, Any] | None:
    """Return one enrolment, or None where it is absent or out of reach."""
    row = connection.execute(
        _SELECT.where(within(reach)).where(E.enrolment_id == enrolment_id)
    ).one_or_none()
    return None if row is None else _document(row, reach=reach, code_key=code_key)


def _document(row: sa.Row[Any], *, reach: Reach, code_key: bytes) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": row.enrolment_id,
        "status": row.state,
        "card_ref": row.card_ref,
        "provider_id": row.provider_id,
        "class": {
            "id": row.class_id,
            "course_id": row.course_id,
            "course_title": row.course_title,
            "mode": row.mode,
            "zone": row.zone,
            "starts_at": write_instant(row.starts_at),
            "ends_at": write_instant(row.ends_at),
        },
        "price": row.price,
        "enrolled_at": write_instant(row.enrolled_at),
        "assisted": row.assisted,
    }
    # Only its holder is shown the code: whoever else has it can begin the training in the holder's place.
    if reach.card_ref == row.card_ref and row.state == EnrolmentState.CONFIRMED:
        document["redeem_code"] = redeem_code(code_key, row.enrolment_id)
    return document
