"""Close a draw to applications and withdrawals, once its window is over: from now on its list stays as it is."""

from __future__ import annotations

import sqlalchemy as sa

from services.enrolment.domain.draw.draw import Step
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.shared.due_draw import lock_due_draw


def close_applications(connection: sa.Connection, wave_id: str, *, stores: Stores) -> int:
    """Close a draw, after whoever is applying at this moment; return 1, or 0 where there is nothing to close."""
    due = lock_due_draw(connection, wave_id, Step.CLOSE, stores=stores)
    if due is None:
        return 0
    stores.draws.save_closed(connection, wave_id, now=due.now)
    return 1
