"""Read what tells of people: whom a list hit, and what a holder says against it; each reading is recorded first."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.problems import NotFound, StateConflict
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.exclusion.exclusion_list import ExclusionList
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.exclusion.exclusion_entries import case_entry, list_entry
from services.enrolment.use_cases.shared.actor import Actor


def record_affected_read(
    connection: sa.Connection, list_id: str, *, actor: Actor, stores: Stores
) -> ExclusionList:
    """Record that somebody reads whom a list hit; return the list. Raises `NotFound`."""
    one = stores.exclusion_lists.read(connection, list_id)
    if one is None:
        raise NotFound
    entry = list_entry(EntryKind.EXCLUSION_LIST_READ, one, actor, said={})
    stores.journal.append(connection, [entry], now=stores.database.now(connection))
    return one


def record_appeal_read(
    connection: sa.Connection, case_id: str, *, actor: Actor, stores: Stores
) -> str:
    """Record that somebody reads what a holder says; return it sealed, to be opened once this is committed.

    Raises `NotFound`, and `StateConflict` where nobody has appealed.
    """
    case = stores.exclusion_cases.read(connection, case_id)
    if case is None:
        raise NotFound
    sealed = stores.exclusion_cases.sealed_appeal(connection, case_id)
    if sealed is None:
        raise StateConflict(_NO_APPEAL, facts={"state": case.state.value})
    entry = case_entry(EntryKind.EXCLUSION_APPEAL_READ, case, actor, said={})
    stores.journal.append(connection, [entry], now=stores.database.now(connection))
    return sealed


_NO_APPEAL = "The holder has filed no appeal in this case: there is nothing to read."
