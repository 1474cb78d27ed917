"""Pause admissions or enrolments, everywhere or in a region."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.identity import Principal
from chassis.journal import Entry
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.programme.pause import Pause, Paused
from services.enrolment.storage.stores import Stores
from vocabulary.refusals.admission import PausedAlready


def begin_pause(
    connection: sa.Connection,
    *,
    pause_id: str,
    what: Paused,
    region: str | None,
    message: str,
    caller: Principal,
    request_id: str,
    stores: Stores,
) -> Pause:
    """Begin a pause and return it: whoever is judged from its commit on is judged by it.

    Raises `PausedAlready` where the same is paused at the same place already.
    """
    stores.pauses.hold(connection)
    for other in stores.pauses.in_force(connection):
        if (other.what, other.region) == (what, region):
            raise PausedAlready(facts={"pause_id": other.pause_id})
    pause = Pause(pause_id, what, region, message, began_at=stores.database.now(connection))
    stores.pauses.add(connection, pause)
    entry = Entry(
        kind=EntryKind.PAUSE_BEGUN,
        actor=caller.subject,
        role=caller.role,
        request_id=request_id,
        subjects={"region": region},
        body={"pause_id": pause_id, "what": what.value, "message": message},
    )
    stores.journal.append(connection, [entry], now=pause.began_at)
    return pause
