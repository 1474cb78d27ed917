"""Corrections as operators and auditors see them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.clock import write_instant
from chassis.pagination import Page
from services.enrolment.domain.money.correction import Correction, CorrectionState
from services.enrolment.storage.corrections import correction_of
from services.enrolment.storage.tables.money import CORRECTION

C = CORRECTION.c


def list_corrections(
    connection: sa.Connection,
    page: Page,
    *,
    status: CorrectionState | None,
    card_ref: str | None,
    now: datetime,
) -> dict[str, Any]:
    """Return corrections, the newest first."""
    query = sa.select(CORRECTION).order_by(C.correction_id.desc()).limit(page.limit + 1)
    if status is not None:
        query = query.where(_stands(status, now))
    if card_ref is not None:
        query = query.where(C.card_ref == card_ref)
    if page.after is not None:
        query = query.where(C.correction_id < page.after)
    rows = connection.execute(query).all()
    return page.of(
        rows,
        present=lambda row: correction_document(correction_of(row), now=now),
        key=lambda row: str(row.correction_id),
    )


def show_correction(
    connection: sa.Connection, correction_id: str, *, now: datetime
) -> dict[str, Any] | None:
    """Return one correction, or None."""
    query = sa.select(CORRECTION).where(C.correction_id == correction_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else correction_document(correction_of(row), now=now)


def correction_document(correction: Correction, *, now: datetime) -> dict[str, Any]:
    """Write a correction as it stands at an instant."""
    decided_at = correction.decided_at
    return {
        "id": correction.correction_id,
        "status": correction.state_at(now).value,
        "card_ref": correction.card_ref,
        "amount": correction.amount,
        "reason": correction.reason,
        "case_number": correction.case_number,
        "proposed_by": correction.proposed_by,
        "proposed_at": write_instant(correction.proposed_at),
        "expires_at": write_instant(correction.expires_at),
        "decided_by": correction.decided_by,
        "decided_at": None if decided_at is None else write_instant(decided_at),
        "decision_reason": correction.decision_reason,
    }


def _stands(status: CorrectionState, now: datetime) -> sa.ColumnElement[bool]:
    """Return the condition that a row stands so: what `Correction.state_at` says, in SQL."""
    match status:
        case CorrectionState.PROPOSED:
            return sa.and_(C.state == status, C.expires_at > now)
        case CorrectionState.EXPIRED:
            return sa.and_(C.state == CorrectionState.PROPOSED, C.expires_at <= now)
        case _:
            return C.state == status
