"""Following a journal, one's own or another service's: read in order, apply, remember how far, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, Protocol

import sqlalchemy as sa

from chassis.column_types import Identifier, Instant
from chassis.feed_client import BEGINNING, FeedPage, FollowerState
from chassis.journal import RecordedEntry
from chassis.observability import FOLLOWER_POSITION
from chassis.transaction import Transactions


def follower_table(metadata: sa.MetaData) -> sa.Table:
    """Declare the table in which a service remembers how far its followers have come."""
    return sa.Table(
        "follower_state",
        metadata,
        sa.Column("source", sa.String(32), primary_key=True),
        sa.Column("epoch", Identifier),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.String(64)),
        sa.Column("checked_at", Instant, nullable=False),
    )


def read_follower_state(
    connection: sa.Connection, table: sa.Table, source: str
) -> FollowerState | None:
    """Read how far the follower of a source has come; None before its first round."""
    return _state(connection, sa.select(table).where(table.c.source == source))


def _state(connection: sa.Connection, query: sa.Select[Any]) -> FollowerState | None:
    row = connection.execute(query).one_or_none()
    return (
        None if row is None else FollowerState(row.epoch, row.position, row.digest, row.checked_at)
    )


def hold_follower(
    connection: sa.Connection, table: sa.Table, source: str, *, at: FollowerState
) -> FollowerState:
    """Hold the follower of a source where it stands until this transaction ends, and return its state.

    It may have looked again meanwhile. Raises `AnotherFollower` where it went on from where it was `at`.
    """
    query = sa.select(table).where(table.c.source == source).with_for_update()
    state = _state(connection, query)
    if state is None or (state.epoch, state.position) != (at.epoch, at.position):
        raise AnotherFollower(source)
    return state


def move_follower(
    connection: sa.Connection,
    table: sa.Table,
    source: str,
    *,
    before: FollowerState | None,
    after: FollowerState,
) -> None:
    """Write how far the follower of a source comes with this transaction, and hold it there until it ends.

    Raises `AnotherFollower` where it is no longer where it was `before` (None: before its first round).
    """
    if before is None:
        try:
            connection.execute(sa.insert(table).values(source=source, **asdict(after)))
        except sa.exc.IntegrityError as error:
            raise AnotherFollower(source) from error
        return
    updated = connection.execute(
        sa.update(table)
        .where(table.c.source == source, table.c.position == before.position)
        .where(table.c.epoch.is_not_distinct_from(before.epoch))
        .values(**asdict(after))
    )
    if updated.rowcount == 0:
        raise AnotherFollower(source)


def forget_follower(connection: sa.Connection, table: sa.Table, source: str) -> None:
    """Let the follower of a source begin again; a round that is under way gives way to this."""
    connection.execute(sa.delete(table).where(table.c.source == source))


NOTED_EVERY = 2.0

Apply = Callable[[sa.Connection, Sequence[RecordedEntry]], None]


class Source(Protocol):
    """A journal that can be followed, under the name by which the follower's place is remembered."""

    source: str

    def page(self, state: FollowerState) -> FeedPage:
        """Read what comes next after `state`. Raises `SourceDiverged` where it is not the journal that was read."""


class Follower:
    """Keep something of this service up to date with a journal.

    `apply` makes the effect of entries, in order.
    """

    def __init__(
        self, *, feed: Source, transactions: Transactions, table: sa.Table, apply: Apply
    ) -> None:
        self._feed = feed
        self._transactions = transactions
        self._table = table
        self._apply = apply
        self._noted: float | None = None

    def catch_up(self) -> int:
        """Apply what is new, in short transactions, and return the number of entries applied.

        Raises `requests.RequestException` where the source is away, `SourceDiverged` where it is no longer the journal
        that was followed, `AnotherFollower` where the same source is followed twice; nothing is lost by any of them.
        """
        applied = 0
        while True:
            with self._transactions.database.reading() as connection:
                state = read_follower_state(connection, self._table, self._feed.source)
            page = self._feed.page(state or BEGINNING)
            if page.entries or self._is_due(state, page):
                self._save(state, page)
            applied += len(page.entries)
            if page.is_last():
                return applied

    def _is_due(self, state: FollowerState | None, page: FeedPage) -> bool:
        """Tell whether it is time to note down that nothing is new; doing so every round would be a write each."""
        return state is None or self._noted is None or page.asked - self._noted >= NOTED_EVERY

    def _save(self, state: FollowerState | None, page: FeedPage) -> None:
        source, after = self._feed.source, page.after(state or BEGINNING)

        def save(connection: sa.Connection) -> None:
            checked = page.checked(after, now=self._transactions.database.now(connection))
            move_follower(connection, self._table, source, before=state, after=checked)
            if page.entries:
                self._apply(connection, page.entries)

        self._transactions.run(save)
        self._noted = page.asked
        FOLLOWER_POSITION.labels(source).set(after.position)


class AnotherFollower(Exception):
    """Another process advanced the same follower meanwhile; this round's effect was rolled back."""
