"""Reading another service's journal page by page, from a position on or from its beginning.

The feed answers `{epoch, size, entries: […]}` for `?after=`; the reader tells the epoch and the hash of the last entry
it knows, so that a source restored from a backup is noticed (409 `journal-diverged`), never silently skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import requests

from chassis.clock import read_instant
from chassis.http_client import ServiceClient
from chassis.journal import RecordedEntry

READ_AT_ONCE = 500
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class SourceDiverged(Exception):
    """The source was restored or replaced: what was read of it must be read again from position 0."""


@dataclass(frozen=True, slots=True)
class FollowerState:
    """How far a follower has come: `checked_at` is when it last knew that nothing was beyond `position`.

    It is told by the clock of the follower's database, which everybody who reads it there has too.
    """

    epoch: str | None
    position: int
    digest: str | None
    checked_at: datetime


BEGINNING = FollowerState(None, 0, None, NEVER)


@dataclass(frozen=True, slots=True)
class FeedPage:
    """What a source told when it was asked: `size` is where its journal ended then.

    `asked` is told by the clock of this process that only goes forward: which date it was, others may see otherwise.
    """

    epoch: str
    size: int
    entries: Sequence[RecordedEntry]
    asked: float

    def is_last(self) -> bool:
        """Tell whether nothing more was there. A page may be short although more follows: its bytes are bounded too."""
        return not self.entries or self.entries[-1].position >= self.size

    def after(self, state: FollowerState) -> FollowerState:
        """Return how far somebody has come who was at `state` and applied this."""
        last = self.entries[-1] if self.entries else None
        return FollowerState(
            epoch=self.epoch,
            position=last.position if last else state.position,
            digest=last.digest() if last else state.digest,
            checked_at=state.checked_at,
        )

    def checked(self, state: FollowerState, *, now: datetime) -> FollowerState:
        """Note on a state after this page when it was asked for, if nothing more was there then.

        `now` is told by the clock with which others will compare: that of the database.
        """
        if state.position < self.size:
            return state
        return replace(state, checked_at=now - timedelta(seconds=monotonic() - self.asked))


class Feed:
    """Another service's journal, as that service tells it. `token` returns a token of the `system` role."""

    def __init__(self, *, source: str, client: ServiceClient, token: Callable[[], str]) -> None:
        self.source = source
        self._client = client
        self._token = token

    def page(self, state: FollowerState) -> FeedPage:
        """Read what comes next after `state`.

        Raises `requests.RequestException` where the source is away, `SourceDiverged` where it is no longer the journal
        that was read.
        """
        asked = monotonic()
        document = self._fetch(state)
        entries = [entry_of(entry) for entry in document["entries"]]
        self._refuse_gaps(state.position, entries)
        return FeedPage(document["epoch"], document["size"], entries, asked)

    def pages(self) -> Iterator[FeedPage]:
        """Read the whole journal, from its beginning to where it ends. Raises what `page` raises."""
        state = BEGINNING
        while True:
            page = self.page(state)
            yield page
            if page.is_last():
                return
            state = page.after(state)

    def _fetch(self, state: FollowerState) -> Any:
        query: dict[str, Any] = {"after": state.position, "limit": READ_AT_ONCE}
        if state.epoch and state.digest:
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
