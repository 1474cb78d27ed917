"""Admissions, and what undoing one would do, as operators and auditors see them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.clock import write_instant
from chassis.pagination import Page
from services.enrolment.domain.programme.undo import UndoPlan
from services.enrolment.storage.admissions import admission_of
from services.enrolment.storage.tables.programme import ADMISSION

A = ADMISSION.c


def list_admissions(
    connection: sa.Connection,
    page: Page,
    *,
    wave_id: str | None,
    file_id: str | None,
    now: datetime,
) -> dict[str, Any]:
    """Return admissions, the newest first."""
    query = sa.select(ADMISSION).order_by(A.admission_id.desc()).limit(page.limit + 1)
    if wave_id is not None:
        query = query.where(A.wave_id == wave_id)
    if file_id is not None:
        query = query.where(A.file_id == file_id)
    if page.after is not None:
        query = query.where(A.admission_id < page.after)
    rows = connection.execute(query).all()
    return page.of(
        rows,
        present=lambda row: _document(row, now=now),
        key=lambda row: str(row.admission_id),
    )


def show_admission(
    connection: sa.Connection, admission_id: str, *, now: datetime
) -> dict[str, Any] | None:
    """Return one admission, or None."""
    query = sa.select(ADMISSION).where(A.admission_id == admission_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else _document(row, now=now)


def plan_document(admission_id: str, plan: UndoPlan) -> dict[str, Any]:
    """Write what an undo does, or did."""
    return {
        "admission_id": admission_id,
        "withdrawn": {
            "count": len(plan.withdrawn),
            "amount": plan.amount,
            "card_refs": [card.card_ref for card in plan.withdrawn],
        },
        "kept": [{"card_ref": card_ref, "code": why.value} for card_ref, why in plan.kept],
    }


def _document(row: sa.Row[Any], *, now: datetime) -> dict[str, Any]:
    admission = admission_of(row)
    undone = None
    if admission.undone_at is not None:
        undone = {
            "at": write_instant(admission.undone_at),
            "by": row.undone_by,
            "reason": row.undo_reason,
            "withdrawn": row.withdrawn,
        }
    return {
        "id": admission.admission_id,
        "wave_id": admission.wave_id,
        "admitted_at": write_instant(admission.admitted_at),
        "admitted_by": admission.admitted_by,
        "cards": admission.cards,
        "file_id": admission.file_id,
        "undo_until": write_instant(admission.undo_until),
        "may_be_undone": admission.may_be_undone_at(now),
        "undone": undone,
    }
