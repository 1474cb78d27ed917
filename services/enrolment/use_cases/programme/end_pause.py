"""End a pause."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from chassis.identity import Principal
from chassis.journal import Entry
from chassis.problems import NotFound, StateConflict
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.programme.pause import Pause, Paused
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
    """End a pause and return it; one of enrolments holds on until `give_days_back` has been through all cards.

    Raises `NotFound` where it is not in force (any more), `StateConflict` where it is being ended already.
    """
    stores.pauses.hold(connection)
    pause = found(stores.pauses.in_force(connection), pause_id)
    if pause is None:
        raise NotFound
    if pause.ended_at is not None:
        raise StateConflict(_ENDING, facts={"state": "ending"})
    now = stores.database.now(connection)
    ended = replace(pause, ended_at=now)
    if pause.what is Paused.ENROLMENTS:
        stores.pauses.save_ending(connection, ended, given=0)
    else:
        stores.pauses.remove(connection, ended)
    entry = Entry(
        kind=EntryKind.PAUSE_ENDED,
        actor=caller.subject,
        role=caller.role,
        request_id=request_id,
        subjects={"region": pause.region},
        body={"pause_id": pause_id, "what": pause.what.value, "reason": reason},
    )
    stores.journal.append(connection, [entry], now=now)
    return ended


_ENDING = "This pause is being ended already. It is over once all clocks have their days again."
