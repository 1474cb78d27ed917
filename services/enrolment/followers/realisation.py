"""The counts of the reports, kept by following enrolment's own journal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from chassis.follower import Follower
from chassis.journal import RecordedEntry
from chassis.own_journal import OwnJournal
from chassis.transaction import Transactions
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.reports.realisation import (
    Counts,
    Participation,
    change_of,
    tally,
)
from services.enrolment.queries.realisation import COUNTED
from services.enrolment.storage.stores import Stores
from services.enrolment.storage.tables.journal import FOLLOWER_STATE

_COUNTING = frozenset(
    {EntryKind.ENROLMENT_CONFIRMED, EntryKind.ENROLMENT_REDEEMED, EntryKind.ENROLMENT_CANCELLED}
)


def realisation_follower(stores: Stores, transactions: Transactions) -> Follower:
    """Return the follower that counts."""

    def apply(connection: sa.Connection, entries: Sequence[RecordedEntry]) -> None:
        stores.realisation.add(connection, tally(_changes(connection, entries, stores)))

    return Follower(
        feed=OwnJournal(stores, source=COUNTED),
        transactions=transactions,
        table=FOLLOWER_STATE,
        apply=apply,
    )


def _changes(
    connection: sa.Connection, entries: Sequence[RecordedEntry], stores: Stores
) -> Iterator[tuple[Participation, Counts]]:
    told = [(entry.kind, entry.body) for entry in entries if entry.kind in _COUNTING]
    enrolment_ids = [body["enrolment_id"] for _, body in told]
    participations = stores.realisation.participations(connection, enrolment_ids)
    for kind, body in told:
        participation = participations[body["enrolment_id"]]
        change = change_of(kind, status_before=body.get("status_before"), price=participation.price)
        if change is not None:
            yield participation, change
