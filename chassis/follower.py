"""Following another service's journal: read it in order, apply it, remember how far, all in one transaction.

The feed answers `{epoch, size, entries: […]}` for `?after=`; the follower tells the epoch and the hash of the last
entry it applied, so that a source restored from a backup is noticed (409 `journal-diverged`), never silently skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import requests
import sqlalchemy as sa

from chassis.clock import read_instant, utc_now
from chassis.database import Identifier, Instant
from chassis.http_client import ServiceClient
from chassis.journal import RecordedEntry
from chassis.observability import FOLLOWER_POSITION
from chassis.transaction import Transactions

READ_AT_ONCE = 500
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class FollowerState:
    """How far a follower has come: `checked_at` is when it last knew that it had everything up to `position`."""

    epoch: str | None
    position: int
    digest: str | None
    checked_at: datetime


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
    row = connection.execute(sa.select(table).where(table.c.source == source)).one_or_none()
    return (
        None if row is None else FollowerState(row.epoch, row.position, row.digest, row.checked_at)
    )


Apply = Callable[[sa.Connection, Sequence[RecordedEntry]], None]


class Follower:
    """Keep something of this service up to date with another service's journal.

    `token` returns a fresh access token of the `system` role; `apply` makes the effect of entries, in order.
    """

    def __init__(
        self,
        *,
        source: str,
        client: ServiceClient,
        token: Callable[[], str],
        transactions: Transactions,
        table: sa.Table,
        apply: Apply,
    ) -> None:
        self.source = source
        self._client = client
        self._token = token
        self._transactions = transactions
        self._table = table
        self._apply = apply

    def catch_up(self) -> int:
        """Apply what is new, in short transactions, and return the number of entries applied.

        Raises `requests.RequestException` where the source is away, `SourceDiverged` where it is no longer the journal
        that was followed, `AnotherFollower` where the same source is followed twice; nothing is lost by any of them.
        """
        applied = 0
        while True:
            asked_at = utc_now()
            with self._transactions.database.reading() as connection:
                state = read_follower_state(connection, self._table, self.source)
            feed = self._fetch(state)
            entries = [entry_of(document) for document in feed["entries"]]
            self._refuse_gaps(state.position if state else 0, entries)
            if entries or self._is_due(state, asked_at):
                self._save(state, feed, entries, asked_at)
            applied += len(entries)
            if len(entries) < READ_AT_ONCE:
                return applied

    def _fetch(self, state: FollowerState | None) -> Any:
        query: dict[str, Any] = {"after": state.position if state else 0, "limit": READ_AT_ONCE}
        if state and state.epoch and state.digest:
            query |= {"epoch": state.epoch, "digest": state.digest}
        try:
            return self._client.get_json("/internal/feed", query=query, token=self._token())
        except requests.HTTPError as error:
            if error.response.status_code == 409:
                raise SourceDiverged(self.source) from error
            raise

    def _refuse_gaps(self, after: int, entries: Sequence[RecordedEntry]) -> None:
        """A journal has no gap; a feed that shows one is not the journal, and what is missing would be lost."""
        expected = range(after + 1, after + 1 + len(entries))
        if [entry.position for entry in entries] != list(expected):
            raise SourceDiverged(self.source)

    def _is_due(self, state: FollowerState | None, now: datetime) -> bool:
        """Tell whether it is time to note down that nothing is new; doing so every round would be a write each."""
        return state is None or (now - state.checked_at).total_seconds() >= 2

    def _save(
        self,
        state: FollowerState | None,
        feed: Mapping[str, Any],
        entries: Sequence[RecordedEntry],
        asked_at: datetime,
    ) -> None:
        last = entries[-1] if entries else None
        known = state.position if state else 0
        position = last.position if last else known
        before = state.checked_at if state else NEVER
        values = {
            "epoch": feed["epoch"],
            "position": position,
            "digest": last.digest() if last else (state.digest if state else None),
            "checked_at": asked_at if position >= feed["size"] else before,
        }

        def save(connection: sa.Connection) -> None:
            self._move_on(connection, state, values)
            if entries:
                self._apply(connection, entries)

        self._transactions.run(save)
        FOLLOWER_POSITION.labels(self.source).set(position)

    def _move_on(
        self, connection: sa.Connection, state: FollowerState | None, values: dict[str, Any]
    ) -> None:
        """Write how far this round comes; its row is held until the effect of the entries is committed with it."""
        table = self._table
        if state is None:
            try:
                connection.execute(sa.insert(table).values(source=self.source, **values))
            except sa.exc.IntegrityError as error:
                raise AnotherFollower(self.source) from error
            return
        updated = connection.execute(
            sa.update(table)
            .where(table.c.source == self.source, table.c.position == state.position)
            .values(**values)
        )
        if updated.rowcount == 0:
            raise AnotherFollower(self.source)


class SourceDiverged(Exception):
    """The source was restored or replaced: what this follower keeps must be rebuilt from position 0."""


class AnotherFollower(Exception):
    """Another process advanced the same follower meanwhile; this round's effect was rolled back."""


def entry_of(document: dict[str, Any]) -> RecordedEntry:
    """Read an entry as the feed writes it."""
    known = {
        "position",
        "recorded_at",
        "kind",
        "actor",
        "role",
        "request_id",
        "rule_version",
        "body_text",
    }
    return RecordedEntry(
        position=document["position"],
        recorded_at=read_instant(document["recorded_at"]),
        kind=document["kind"],
        actor=document["actor"],
        role=document["role"],
        request_id=document["request_id"],
        rule_version=document["rule_version"],
        subjects={name: value for name, value in document.items() if name not in known},
        body_text=document["body_text"],
    )
