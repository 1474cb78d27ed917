"""Destroy who is on a list that went out of force long ago; what was decided by it, and how many were on it, stays."""

from __future__ import annotations

import sqlalchemy as sa

from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.exclusion.exclusion_list import KEPT_AFTER
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.exclusion.exclusion_entries import list_entry
from services.enrolment.use_cases.shared.actor import done_by_worker


def lists_to_forget(connection: sa.Connection, *, stores: Stores) -> list[str]:
    """Return the lists that were kept long enough."""
    before = stores.database.now(connection) - KEPT_AFTER
    return stores.exclusion_lists.to_forget(connection, before)


def forget_some(connection: sa.Connection, list_id: str, *, request_id: str, stores: Stores) -> int:
    """Destroy some of a list; return how much, 0 once nothing is left or where another worker has it.

    From the first on the list is said to be forgotten, so that nobody puts in force again what is there in part.
    """
    one = stores.exclusion_lists.lock_if_free(connection, list_id)
    if one is None or list_id not in lists_to_forget(connection, stores=stores):
        return 0
    if not one.forgotten:
        now = stores.database.now(connection)
        stores.exclusion_lists.save_forgotten(connection, list_id, now=now)
        entry = list_entry(
            EntryKind.EXCLUSION_LIST_FORGOTTEN,
            one,
            done_by_worker(request_id),
            said={"listed": one.listed},
        )
        stores.journal.append(connection, [entry], now=now)
    return stores.listed_persons.discard_some(connection, list_id)
