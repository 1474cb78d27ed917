"""Put a version of a list in force, as a whole and at once, as it was previewed."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.problems import NotFound
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.exclusion.exclusion_list import ExclusionList
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.exclusion.exclusion_entries import list_entry
from services.enrolment.use_cases.shared.actor import Actor
from services.enrolment.use_cases.shared.no_admission import (
    let_no_draw_be_under_way,
    let_nobody_be_admitted,
)


def activate_list(
    connection: sa.Connection, list_id: str, *, preview: str, actor: Actor, stores: Stores
) -> ExclusionList:
    """Put a list in force in the place of the one that is.

    Whoever is admitted from its commit on is judged by it; the worker looks for those who were admitted before.
    Raises `NotFound`, `StateConflict`, `PreviewOutdated`, `DrawUnderWay`.
    """
    let_nobody_be_admitted(connection, stores)
    one = stores.exclusion_lists.lock(connection, list_id)
    if one is None:
        raise NotFound
    before = stores.exclusion_lists.lock_in_force(connection, one.group)
    follows = None if before is None else before.list_id
    one.check_activation(preview=preview, in_force=follows)
    let_no_draw_be_under_way(connection, stores)
    now = stores.database.now(connection)
    entry = list_entry(
        EntryKind.EXCLUSION_LIST_ACTIVATED,
        one,
        actor,
        said={"listed": one.listed, "follows": follows},
        rule_version=stores.rules.at(connection, now).version,
    )
    position = stores.journal.append(connection, [entry], now=now)
    if follows is not None:
        stores.exclusion_lists.save_superseded(connection, follows, position=position, now=now)
    stores.exclusion_lists.save_activated(
        connection, list_id, follows=follows, by=actor.subject, position=position, now=now
    )
    return one
