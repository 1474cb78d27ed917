"""Files of candidates, as operators and auditors see them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.clock import write_instant
from chassis.pagination import Page
from services.enrolment.domain.programme.admission_file import RESULTS_KEPT_FOR
from services.enrolment.storage.tables.files import ADMISSION_FILE

F = ADMISSION_FILE.c


def list_files(connection: sa.Connection, page: Page, *, wave_id: str | None) -> dict[str, Any]:
    """Return files, the newest first."""
    query = sa.select(ADMISSION_FILE).order_by(F.file_id.desc()).limit(page.limit + 1)
    if wave_id is not None:
        query = query.where(F.wave_id == wave_id)
    if page.after is not None:
        query = query.where(F.file_id < page.after)
    rows = connection.execute(query).all()
    return page.of(rows, present=_document, key=lambda row: str(row.file_id))


def show_file(connection: sa.Connection, file_id: str) -> dict[str, Any] | None:
    """Return one file, or None."""
    row = connection.execute(sa.select(ADMISSION_FILE).where(F.file_id == file_id)).one_or_none()
    return None if row is None else _document(row)


def _document(row: sa.Row[Any]) -> dict[str, Any]:
    stopped = None
    if row.stopped_by is not None:
        stopped = {
            "at": write_instant(row.ended_at),
            "by": row.stopped_by,
            "reason": row.stop_reason,
        }
    return {
        "id": row.file_id,
        "wave_id": row.wave_id,
        "state": row.state,
        "rows": row.rows,
        "done": row.done,
        "admitted": row.admitted,
        "refused": row.refused,
        "sent_by": row.sent_by,
        "begun_at": write_instant(row.begun_at),
        "received_at": _written(row.received_at),
        "ended_at": _written(row.ended_at),
        "results_until": _written(row.ended_at and row.ended_at + RESULTS_KEPT_FOR),
        "stopped": stopped,
    }


def _written(instant: datetime | None) -> str | None:
    return None if instant is None else write_instant(instant)
