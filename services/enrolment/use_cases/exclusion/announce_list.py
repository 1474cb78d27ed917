"""Announce a version of a list of people who may hold no card; its file comes after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.exclusion.exclusion_list import ExclusionList
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.exclusion.exclusion_entries import list_entry
from services.enrolment.use_cases.shared.actor import Actor


@dataclass(frozen=True, slots=True)
class AnnounceList:
    """An operator announces a list: of which group, who issued it, as of which day, and why it is imported."""

    list_id: str
    group: str
    issuer: str
    as_of: date
    reason: str
    actor: Actor


def announce_list(
    connection: sa.Connection, command: AnnounceList, *, stores: Stores
) -> ExclusionList:
    """Add a list of which nothing has come yet, and return it with its number."""
    stores.exclusion_lists.hold_numbers(connection, command.group)
    one = ExclusionList(
        list_id=command.list_id,
        group=command.group,
        number=stores.exclusion_lists.next_number(connection, command.group),
        issuer=command.issuer,
        as_of=command.as_of,
        reason=command.reason,
    )
    now = stores.database.now(connection)
    said = {"issuer": one.issuer, "as_of": one.as_of.isoformat(), "reason": one.reason}
    entry = list_entry(EntryKind.EXCLUSION_LIST_ANNOUNCED, one, command.actor, said=said)
    position = stores.journal.append(connection, [entry], now=now)
    stores.exclusion_lists.add(
        connection, one, by=command.actor.subject, position=position, now=now
    )
    return one
