"""Receive the file of a list: begin, keep its rows as they come, and take it on once all of it is there.

These are transactions of their own, since a file takes minutes to come. What is not complete is removed, at once where
its receiving fails, by the worker where the process that received it is gone; then the file is awaited again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa

from chassis.problems import NotFound
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.exclusion.exclusion_list import ExclusionList, ListState
from services.enrolment.domain.exclusion.listed_lines import ListedLine
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.exclusion.exclusion_entries import list_entry
from services.enrolment.use_cases.shared.actor import Actor

ABANDONED_AFTER = timedelta(hours=1)
"""How long nothing may come of a file before it is taken for abandoned by its sender."""


def begin_list(connection: sa.Connection, list_id: str, *, stores: Stores) -> None:
    """Begin to receive the file of a list. Raises `NotFound`, and `StateConflict` where none is awaited."""
    found = _locked(connection, list_id, stores)
    found.check_file()
    now = stores.database.now(connection)
    stores.received_lists.save_receiving(connection, list_id, now=now)


def keep_rows(
    connection: sa.Connection, *, list_id: str, lines: Sequence[ListedLine], stores: Stores
) -> None:
    """Keep the rows of a file that come next: of each NIK its digest, of what is none the line and the fault.

    Raises `StateConflict` where the file was taken for abandoned: what came before is not there any more.
    """
    _locked(connection, list_id, stores).check_receiving()
    niks = [line.nik for line in lines if line.nik is not None]
    faults = [(line.number, line.fault) for line in lines if line.fault is not None]
    listed = stores.listed_persons.add(connection, list_id, niks)
    stores.listed_persons.add_refused(connection, list_id, faults)
    stores.received_lists.count_rows(
        connection,
        list_id,
        listed=listed,
        duplicates=len(niks) - listed,
        refused=len(faults),
        now=stores.database.now(connection),
    )


def take_on(
    connection: sa.Connection, list_id: str, *, actor: Actor, stores: Stores
) -> ExclusionList:
    """Take a list on that is there as a whole, and return it as it was received; raises as `keep_rows` does.

    Of those on it who were erased nothing is kept; they count as listed, so that it is not told who they are.
    """
    received = _locked(connection, list_id, stores)
    received.check_receiving()
    stores.suppressions.hold(connection)
    stores.listed_persons.leave_out_erased(connection, list_id)
    now = stores.database.now(connection)
    said = {
        "rows": received.rows,
        "listed": received.listed,
        "duplicates": received.duplicates,
        "refused": received.refused,
    }
    entry = list_entry(EntryKind.EXCLUSION_LIST_RECEIVED, received, actor, said=said)
    position = stores.journal.append(connection, [entry], now=now)
    stores.received_lists.save_received(connection, list_id, position=position, now=now)
    return received


def discard_some(connection: sa.Connection, list_id: str, *, stores: Stores) -> int:
    """Remove some of what came of a list that was not taken on; return how much, 0 once it is awaited again."""
    found = stores.exclusion_lists.lock(connection, list_id)
    if found is None or found.state is not ListState.RECEIVING:
        return 0
    removed = stores.listed_persons.discard_some(connection, list_id)
    if not removed:
        stores.received_lists.save_awaited(connection, list_id)
    return removed


def abandoned_lists(connection: sa.Connection, *, stores: Stores) -> list[str]:
    """Return the lists of which nothing has come for long: whoever received them is gone."""
    since = stores.database.now(connection) - ABANDONED_AFTER
    return stores.received_lists.abandoned_before(connection, since)


def _locked(connection: sa.Connection, list_id: str, stores: Stores) -> ExclusionList:
    found = stores.exclusion_lists.lock(connection, list_id)
    if found is None:
        raise NotFound
    return found
