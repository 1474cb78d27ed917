"""Keep the search index up to date: follow the catalogue's own journal, classes that fill up, and the clock.

Entries say which courses to look at; what is written into the index is what the tables say of them then. So it makes no
difference how often, or in how many steps, something is looked at, and the index never tells of what is not so. An
index that is not there, is damaged, is of another version or follows a journal that is no more is built anew beside
the one in use, which goes on serving until then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic

import sqlalchemy as sa

from chassis.database import Database
from chassis.journal import Journal, RecordedEntry
from chassis.observability import FOLLOWER_POSITION, logger
from chassis.transaction import Transactions
from services.catalog.followers.index_building import build_index, digest_at
from services.catalog.queries.indexable import (
    course_ids_closing,
    course_ids_of,
    read_indexable,
)
from services.catalog.search.failures import IndexBroken, panics_told
from services.catalog.search.folder import (
    IndexFolder,
    IndexState,
    is_whole,
    read_state,
    write_state,
)
from services.catalog.search.writing import IndexWriting
from services.catalog.storage.seats_flips import SeatsFlips

SOURCE = "catalogue-search"
READ_AT_ONCE = 500
"""Entries of the journal, notes and courses that are looked at in one transaction."""

CHECKED_EVERY = 600.0
"""Seconds between two looks at the checksums of the index."""


@dataclass(frozen=True, slots=True)
class _News:
    """What is new: how far the index comes with it, which courses to look at, and the notes that this sees to."""

    state: IndexState
    course_ids: Sequence[str]
    flips: Sequence[str]
    more: bool


class _Elsewhere(Exception):
    """The journal is not the one that the index follows."""


class SearchFollower:
    """Keeps the index in a folder. One thread of one process uses it."""

    def __init__(
        self,
        *,
        folder: Path,
        journal: Journal,
        transactions: Transactions,
        builders: int = 1,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """`builders` processes build an index; by `clock` (seconds) the checksums are looked at now and then."""
        self._folder = IndexFolder(folder)
        self._journal = journal
        self._transactions = transactions
        self._database: Database = transactions.database
        self._flips = SeatsFlips(self._database)
        self._builders = builders
        self._clock = clock
        self._writing: IndexWriting | None = None
        self._state: IndexState | None = None
        self._checked = 0.0

    def catch_up(self) -> int:
        """Bring the index up to date and return how many courses were looked at.

        Raises `IndexBroken` where what is on the disk fails, `IndexKeptElsewhere`; nothing is lost by either.
        """
        due = self._clock() - self._checked >= CHECKED_EVERY
        if due or self._writing is None or self._folder.is_lost():
            self._open()
        try:
            with panics_told():
                return self._follow()
        except _Elsewhere:
            logger().warning("search-index-of-another-journal")
            self._build()
            return 0
        except IndexBroken:
            # What is on the disk is looked at anew in the next round.
            self.close()
            raise

    def close(self) -> None:
        """Leave the index to another worker."""
        writing, self._writing, self._state = self._writing, None, None
        if writing is not None:
            writing.close()

    def _open(self) -> None:
        """Go on with the index in use where it is sound, or else build one."""
        self._checked = self._clock()
        generation = self._folder.current()
        state = read_state(generation) if generation else None
        if generation is not None and state is not None and is_whole(generation):
            if self._writing is None:
                self._writing, self._state = IndexWriting(generation), state
                self._folder.remove_others()
            return
        logger().warning("search-index-is-built", was_there=generation is not None)
        self._build()

    def _build(self) -> None:
        """Build an index beside the one in use, bring it up to date, and let it be the one in use."""
        self.close()
        began = self._clock()
        writing, state = build_index(
            self._folder,
            database=self._database,
            journal=self._journal,
            builders=self._builders,
        )
        self._writing, self._state, self._checked = writing, state, self._clock()
        self._follow()
        self._folder.publish(writing.generation)
        self._folder.remove_others()
        logger().info("search-index-built", seconds=round(self._clock() - began, 1))

    def _follow(self) -> int:
        looked_at = 0
        while True:
            news = self._news()
            looked_at += self._apply(news)
            if not news.more:
                return looked_at

    def _news(self) -> _News:
        """Read what is new, in one transaction. Raises `_Elsewhere`."""
        state = self._known_state()
        with self._database.reading() as connection:
            head = self._journal.head(connection)
            if head.epoch != state.epoch or head.size < state.position:
                raise _Elsewhere
            if digest_at(connection, self._journal, state.position) != state.digest:
                raise _Elsewhere
            entries = self._journal.read(connection, after=state.position, limit=READ_AT_ONCE)
            flips = self._flips.read(connection, limit=READ_AT_ONCE)
            now = self._database.now(connection)
            closing = course_ids_closing(connection, after=state.closed_until, until=now)
            touched = list(self._touched(connection, entries))
        after = replace(state, closed_until=max(now, state.closed_until))
        if entries:
            after = replace(after, position=entries[-1].position, digest=entries[-1].digest())
        return _News(
            after,
            list(dict.fromkeys([*touched, *flips.values(), *closing])),
            list(flips),
            more=len(entries) == READ_AT_ONCE or len(flips) == READ_AT_ONCE,
        )

    def _touched(
        self, connection: sa.Connection, entries: Iterable[RecordedEntry]
    ) -> Iterator[str]:
        for entry in entries:
            course_id, provider_id = entry.subjects["course_id"], entry.subjects["provider_id"]
            if course_id is not None:
                yield course_id
            elif provider_id is not None:
                yield from self._courses_of(connection, provider_id)

    def _courses_of(self, connection: sa.Connection, provider_id: str) -> Iterator[str]:
        after: str | None = None
        while found := course_ids_of(
            connection, provider_id=provider_id, after=after, limit=READ_AT_ONCE
        ):
            yield from found
            after = found[-1]

    def _apply(self, news: _News) -> int:
        """Write what is new into the index, then note how far it is, then remove the notes that are seen to."""
        writing = self._known_writing()
        for start in range(0, len(news.course_ids), READ_AT_ONCE):
            some = news.course_ids[start : start + READ_AT_ONCE]
            with self._database.reading() as connection:
                now = self._database.now(connection)
                courses = read_indexable(connection, self._database, some, now=now)
            writing.replace(some, courses)
        if news.course_ids:
            writing.commit(news.state)
        elif news.state.position != self._known_state().position:
            write_state(writing.generation, news.state)
        self._state = news.state
        if news.flips:
            self._transactions.run(
                lambda connection: self._flips.forget(connection, news.flips), repeatable=True
            )
        FOLLOWER_POSITION.labels(SOURCE).set(news.state.position)
        return len(news.course_ids)

    def _known_state(self) -> IndexState:
        if self._state is None:
            raise LookupError("no index is open")
        return self._state

    def _known_writing(self) -> IndexWriting:
        if self._writing is None:
            raise LookupError("no index is open")
        return self._writing
