"""A draw of which a certain step is due: locked, so that each step is taken once, whoever comes by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from services.enrolment.domain.draw.draw import Draw, Step
from services.enrolment.storage.stores import Stores


@dataclass(frozen=True, slots=True)
class DueDraw:
    """A locked draw, and the time of the decision."""

    draw: Draw
    now: datetime


def lock_due_draw(
    connection: sa.Connection, wave_id: str, step: Step, *, stores: Stores
) -> DueDraw | None:
    """Lock a draw of which this step comes next; None where another one does, or nothing."""
    draw = stores.draws.lock(connection, wave_id)
    now = stores.database.now(connection)
    return _due(connection, draw, now, step, stores)


def lock_due_draw_if_free(
    connection: sa.Connection, wave_id: str, step: Step, *, stores: Stores
) -> DueDraw | None:
    """Do as `lock_due_draw` does, but wait for nobody: None also where somebody else has the draw."""
    draw = stores.draws.lock_if_free(connection, wave_id)
    now = stores.database.now(connection)
    return _due(connection, draw, now, step, stores)


def _due(
    connection: sa.Connection, draw: Draw | None, now: datetime, step: Step, stores: Stores
) -> DueDraw | None:
    wave = None if draw is None else stores.waves.read(connection, draw.wave_id)
    if draw is None or wave is None:
        return None
    due = draw.next_step(now=now, closes_at=wave.closes_at)
    return DueDraw(draw, now) if due is step else None
