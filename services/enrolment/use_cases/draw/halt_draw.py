"""Note that a draw cannot go on because list, order or people are not the published ones, and leave it for a while."""

from __future__ import annotations

import sqlalchemy as sa

from services.enrolment.domain.draw.draw import Step
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.shared.by_worker import entry_of_worker
from services.enrolment.use_cases.shared.due_draw import lock_due_draw


def halt_draw(
    connection: sa.Connection, wave_id: str, step: Step, *, request_id: str, stores: Stores
) -> int:
    """Note before which step a draw stands still; return 1, or 0 where that step is not due any more.

    It is looked at again after `HALTED_FOR`: whoever put the tables right has nothing else to do.
    """
    due = lock_due_draw(connection, wave_id, step, stores=stores)
    if due is None:
        return 0
    body = {"wave_id": wave_id, "before": step.value}
    entry = entry_of_worker(EntryKind.DRAW_HALTED, body, request_id=request_id)
    stores.journal.append(connection, [entry], now=due.now)
    stores.draws.save_halted(connection, wave_id, now=due.now)
    return 1
