"""Take a recovery back before its code is used."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.problems import NotFound, StateConflict
from services.accounts.domain.actors import Actor
from services.accounts.domain.entry_kinds import EntryKind
from services.accounts.domain.people.reach import holds_region
from services.accounts.domain.people.recoveries import Recovery
from services.accounts.storage.people.entries import recovery_entry
from services.accounts.storage.people.recoveries import load_recovery, save_withdrawn
from services.accounts.use_cases.people.people import People


def withdraw_recovery(
    connection: sa.Connection, people: People, recovery_id: str, *, region: str | None, actor: Actor
) -> Recovery:
    """Withdraw a recovery within a region, or anywhere; return it as it is now.

    Raises `NotFound` for what is absent or of another region, `StateConflict` for one that has ended.
    """
    recovery = load_recovery(connection, recovery_id)
    if recovery is None or not holds_region(region, recovery.region):
        raise NotFound
    now = people.database.now(connection)
    state = recovery.state_at(now)
    if state != "open" or not save_withdrawn(connection, recovery_id, now=now):
        raise StateConflict("Only an open recovery can be withdrawn.", facts={"state": state})
    entry = recovery_entry(EntryKind.RECOVERY_WITHDRAWN, recovery, actor)
    people.journal.append(connection, [entry], now=now)
    found = load_recovery(connection, recovery_id)
    return found or recovery
