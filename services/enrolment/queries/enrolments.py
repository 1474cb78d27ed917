"""Enrolments as their holder, their provider and the programme see them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from chassis.clock import write_instant
from chassis.identity import Principal
from chassis.pagination import page_of
from services.enrolment.domain.learning.redemption import redeem_code
from services.enrolment.domain.seats.enrolment import EnrolmentState
from services.enrolment.storage.tables import ENROLMENT, TRAINING_CLASS
from vocabulary.roles import HOLDER, PROVIDER

E, T = ENROLMENT.c, TRAINING_CLASS.c
_SELECT = sa.select(
    ENROLMENT, T.course_id, T.course_title, T.mode, T.zone, T.starts_at, T.ends_at
).join(TRAINING_CLASS, T.class_id == E.class_id)


def list_enrolments(
    connection: sa.Connection,
    *,
    caller: Principal,
    filters: Mapping[str, str | None],
    limit: int,
    after: tuple[str, ...] | None,
    redeem_key: bytes,
) -> dict[str, Any]:
    """Return the enrolments a caller may see, the newest first; filters: `class_id`, `status`."""
    query = _visible(_SELECT, caller).order_by(E.enrolment_id.desc()).limit(limit + 1)
    if filters.get("class_id"):
        query = query.where(E.class_id == filters["class_id"])
    if filters.get("status"):
        query = query.where(E.state == filters["status"])
    if after is not None:
        query = query.where(E.enrolment_id < after[0])
    rows = connection.execute(query).all()
    return page_of(
        rows,
        limit=limit,
        present=lambda row: _document(row, caller=caller, redeem_key=redeem_key),
        key=lambda row: (row.enrolment_id,),
    )


def show_enrolment(
    connection: sa.Connection, enrolment_id: str, *, caller: Principal, redeem_key: bytes
) -> dict[str, Any] | None:
    """Return one enrolment, or None where it is absent or another's."""
    row = connection.execute(
        _visible(_SELECT, caller).where(E.enrolment_id == enrolment_id)
    ).one_or_none()
    return None if row is None else _document(row, caller=caller, redeem_key=redeem_key)


def _visible(query: sa.Select[Any], caller: Principal) -> sa.Select[Any]:
    if caller.role == HOLDER:
        return query.where(E.card_ref == caller.card)
    if caller.role == PROVIDER:
        return query.where(E.provider_id == caller.provider)
    return query


def _document(row: sa.Row[Any], *, caller: Principal, redeem_key: bytes) -> dict[str, Any]:
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
    }
    if caller.role == HOLDER and row.state == EnrolmentState.CONFIRMED:
        document["redeem_code"] = redeem_code(redeem_key, row.enrolment_id)
    return document
