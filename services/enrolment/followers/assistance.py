"""The counts of what was assisted, kept by following enrolment's own journal."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from chassis.follower import Follower
from chassis.journal import RecordedEntry
from chassis.own_journal import OwnJournal
from chassis.transaction import Transactions
from services.enrolment.domain.reports.assistance import Made, tally
from services.enrolment.queries.assistance import COUNTED
from services.enrolment.storage.stores import Stores
from services.enrolment.storage.tables.journal import FOLLOWER_STATE


def assistance_follower(stores: Stores, transactions: Transactions) -> Follower:
    """Return the follower that counts; it has a place of its own, so that it counts from the first entry on."""

    def apply(connection: sa.Connection, entries: Sequence[RecordedEntry]) -> None:
        stores.assistance.add(connection, tally(_made(entry) for entry in entries))

    return Follower(
        feed=OwnJournal(stores, source=COUNTED),
        transactions=transactions,
        table=FOLLOWER_STATE,
        apply=apply,
    )


def _made(entry: RecordedEntry) -> Made:
    return Made(
        kind=entry.kind,
        region=entry.subjects["region"] or "",
        role=entry.role,
        at=entry.recorded_at,
    )
