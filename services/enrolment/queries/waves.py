"""Waves as the public sees them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from chassis.clock import write_instant
from chassis.pagination import Page
from services.enrolment.domain.draw.draw import Draw
from services.enrolment.domain.programme.wave import Wave
from services.enrolment.queries.draws import draw_document, draws_of
from services.enrolment.storage.tables.programme import WAVE
from services.enrolment.storage.waves import wave_of

W = WAVE.c


def list_waves(connection: sa.Connection, page: Page) -> dict[str, Any]:
    """Return waves, the newest first."""
    query = sa.select(WAVE).order_by(W.wave_id.desc()).limit(page.limit + 1)
    if page.after is not None:
        query = query.where(W.wave_id < page.after)
    rows = connection.execute(query).all()
    draws = draws_of(connection, [row.wave_id for row in rows])
    return page.of(
        rows,
        present=lambda row: _document(row, draws.get(row.wave_id)),
        key=lambda row: str(row.wave_id),
    )


def show_wave(connection: sa.Connection, wave_id: str) -> dict[str, Any] | None:
    """Return one wave, or None."""
    row = connection.execute(sa.select(WAVE).where(W.wave_id == wave_id)).one_or_none()
    return None if row is None else _document(row, draws_of(connection, [wave_id]).get(wave_id))


def wave_document(wave: Wave, draw: Draw | None, *, admitted: int) -> dict[str, Any]:
    """Write a wave, with how many people were admitted in it, and how far its draw is, if it draws."""
    return {
        "id": wave.wave_id,
        "name": wave.name,
        "opens_at": write_instant(wave.opens_at),
        "closes_at": write_instant(wave.closes_at),
        "admitted": admitted,
        "selection": wave.selection.value,
        "draw": None if draw is None else draw_document(draw),
    }


def _document(row: sa.Row[Any], draw: Draw | None) -> dict[str, Any]:
    return wave_document(wave_of(row), draw, admitted=row.admitted)
