"""Take a version of a list back: where it was in force, the one before it is in force again."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.problems import NotFound
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.exclusion.exclusion_list import ExclusionList, ListState
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.exclusion.exclusion_entries import list_entry
from services.enrolment.use_cases.shared.actor import Actor
from services.enrolment.use_cases.shared.no_admission import (
    let_no_draw_be_under_way,
    let_nobody_be_admitted,
)


def withdraw_list(
    connection: sa.Connection, list_id: str, *, reason: str, actor: Actor, stores: Stores
) -> ExclusionList:
    """Take a list back and return it as it was.

    Raises `NotFound`, `StateConflict`, and `DrawUnderWay` for one that is in force while a draw admits.
    Cases that it opened stay: an operator ends each, and sees who is not listed any longer.
    """
    let_nobody_be_admitted(connection, stores)
    one = stores.exclusion_lists.lock(connection, list_id)
    if one is None:
        raise NotFound
    before = _before(connection, one, stores)
    one.check_withdrawal(before)
    if one.state is ListState.IN_FORCE:
        let_no_draw_be_under_way(connection, stores)
    now = stores.database.now(connection)
    again = None if before is None else before.list_id
    said = {"reason": reason, "state_before": one.state.value, "in_force_again": again}
    entry = list_entry(EntryKind.EXCLUSION_LIST_WITHDRAWN, one, actor, said=said)
    position = stores.journal.append(connection, [entry], now=now)
    lists, by = stores.exclusion_lists, actor.subject
    lists.save_withdrawn(connection, list_id, by=by, reason=reason, position=position, now=now)
    if again is not None:
        lists.save_in_force_again(connection, again, position=position)
    return one


def _before(connection: sa.Connection, one: ExclusionList, stores: Stores) -> ExclusionList | None:
    if one.state is not ListState.IN_FORCE or one.follows is None:
        return None
    return stores.exclusion_lists.lock(connection, one.follows)
