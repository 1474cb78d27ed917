"""Following a service's own journal: for what is made of it in the same database, such as counts."""

from __future__ import annotations

from time import monotonic

from chassis.feed_client import READ_AT_ONCE, FeedPage, FollowerState, SourceDiverged
from chassis.journal import HasJournal


class OwnJournal:
    """A service's own journal as a source for a `Follower`; `source` is the name it remembers its place under."""

    def __init__(self, house: HasJournal, *, source: str) -> None:
        self.source = source
        self._house = house

    def page(self, state: FollowerState) -> FeedPage:
        """Read what comes next after `state`. Raises `SourceDiverged` where it is not the journal that was read."""
        asked = monotonic()
        with self._house.database.reading() as connection:
            head = self._house.journal.head(connection)
            if state.epoch not in (None, head.epoch) or state.position > head.size:
                raise SourceDiverged(self.source)
            entries = self._house.journal.read(connection, after=state.position, limit=READ_AT_ONCE)
        return FeedPage(head.epoch, head.size, entries, asked)
