"""End a pause."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.identity import Principal
from chassis.journal import Entry
from chassis.problems import NotFound
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.programme.pause import Pause
from services.enrolment.storage.pauses import found
from services.enrolment.storage.stores import Stores


def end_pause(
    connection: sa.Connection,
    pause_id: str,
    *,
    reason: str,
    caller: Principal,
    request_id: str,
    stores: Stores,
) -> Pause:
    """End a pause and return it as it was. Raises `NotFound` where it is not in force (any more).

    Clocks that stood still because of it have its days from then on: whoever reads a card adds them (`standstill`).
    """
    stores.pauses.hold(connection)
    pause = found(stores.pauses.in_force(connection), pause_id)
    if pause is None:
        raise NotFound
    now = stores.database.now(connection)
    stores.pauses.end(connection, pause, now=now)
    entry = Entry(
        kind=EntryKind.PAUSE_ENDED,
        actor=caller.subject,
        role=caller.role,
        request_id=request_id,
        subjects={"region": pause.region},
        body={"pause_id": pause_id, "what": pause.what.value, "reason": reason},
    )
    stores.journal.append(connection, [entry], now=now)
    return pause
