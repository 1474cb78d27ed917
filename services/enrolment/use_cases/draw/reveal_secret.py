"""Tell the secret of a draw whose order stands, so that anybody can work the order out again."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.journal import Entry
from services.enrolment.domain.draw.draw import Draw, Step
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.shared.by_worker import entry_of_worker
from services.enrolment.use_cases.shared.due_draw import lock_due_draw


def reveal_secret(
    connection: sa.Connection, wave_id: str, *, request_id: str, stores: Stores
) -> int:
    """Tell the secret, and nothing before the order stands; return 1, or 0 where it is not due.

    A draw without applications is done with that.
    """
    due = lock_due_draw(connection, wave_id, Step.REVEAL, stores=stores)
    if due is None:
        return 0
    secret = stores.draws.secret_of(connection, wave_id).hex()
    body = {"wave_id": wave_id, "secret": secret}
    entries = [entry_of_worker(EntryKind.DRAW_REVEALED, body, request_id=request_id)]
    ended = due.draw.ended(due.now) if due.draw.is_judged_whole else None
    if ended is not None:
        entries.append(done_entry(ended, request_id))
    position = stores.journal.append(connection, entries, now=due.now)
    stores.draws.save_revealed(connection, wave_id, secret=secret, position=position, now=due.now)
    if ended is not None:
        stores.draws.save_judged(connection, ended)
    return 1


def done_entry(draw: Draw, request_id: str) -> Entry:
    """Return the entry that tells of the end of a draw."""
    body = {
        "wave_id": draw.wave_id,
        "drawn": draw.drawn,
        "refused": draw.refused,
        "not_drawn": draw.not_drawn,
    }
    return entry_of_worker(EntryKind.DRAW_DONE, body, request_id=request_id)
