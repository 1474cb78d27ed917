"""Follow a catalogue again from its beginning, after its journal was restored or replaced.

The journal is read twice: first to learn what it says last of each class, then to copy just that, so that no class goes
back through what it once was while people enrol. Seats held are enrolment's own and stay. The place of the ordinary
follower is moved at the very end; until then nothing has to be remembered, and beginning anew does no harm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

import sqlalchemy as sa

from chassis.feed_client import BEGINNING, Feed, FeedPage, FollowerState, SourceDiverged
from chassis.follower import hold_follower, move_follower, read_follower_state
from chassis.identifiers import random_reference
from chassis.transaction import Transactions
from services.enrolment.followers.catalogue import CLASS_KINDS, class_copy, standings
from services.enrolment.storage.classes import ClassCopy
from services.enrolment.storage.stores import Stores
from services.enrolment.storage.tables.journal import FOLLOWER_STATE
from services.enrolment.use_cases.programme.note_suspensions import (
    Standing,
    news_among,
    note_suspensions,
)
from services.enrolment.use_cases.seats.copy_classes import copy_classes
from services.enrolment.use_cases.seats.unlist_classes import ACTOR, unlist_classes

SAVED_AT_ONCE = 100
"""Classes that one transaction writes: everybody else's writes wait for it on SQLite."""

Each = TypeVar("Each")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class FollowedAgain:
    """How far it came, how many classes the catalogue tells of, and how many it no longer knows."""

    position: int
    told: int
    unlisted: int


class CatalogueAgain:
    """One walk through a catalogue's journal from its beginning."""

    def __init__(self, *, feed: Feed, transactions: Transactions, stores: Stores) -> None:
        self._feed = feed
        self._transactions = transactions
        self._stores = stores
        self._newest: dict[str, int] = {}
        self._standings: dict[str, Standing] = {}
        self._before = BEGINNING
        self._request_id = random_reference()

    def run(self) -> FollowedAgain:
        """Copy every class anew, unlist those that are no longer told of, and let the ordinary follower go on there.

        Raises `NothingToFollow` for a catalogue without any class, `requests.RequestException` where it is away,
        `SourceDiverged` where it was replaced meanwhile, `AnotherFollower` where somebody else moved on meanwhile.
        """
        self._before = self._find_place()
        page, end = self._survey()
        if not self._newest:
            raise NothingToFollow
        self._note_suspensions()
        self._copy(end)
        unlisted = self._unlist()
        self._move(page, end)
        return FollowedAgain(end.position, len(self._newest), unlisted)

    def _find_place(self) -> FollowerState:
        with self._stores.database.reading() as connection:
            state = read_follower_state(connection, FOLLOWER_STATE, self._feed.source)
        if state is None:
            state = BEGINNING
            self._transactions.run(
                lambda connection: move_follower(
                    connection, FOLLOWER_STATE, self._feed.source, before=None, after=BEGINNING
                )
            )
        return state

    def _survey(self) -> tuple[FeedPage, FollowerState]:
        """Learn what is told last of each class and provider; return the last page, and where the journal ends."""
        end = BEGINNING
        for page in self._feed.pages():
            end = page.after(end)
            self._standings |= standings(page.entries)
            self._newest |= {
                str(entry.subjects["class_id"]): entry.position
                for entry in page.entries
                if entry.kind in CLASS_KINDS
            }
        return page, end

    def _note_suspensions(self) -> None:
        """Take the catalogue's word for who is suspended; whoever it does not tell of is not, and has no class left."""
        with self._stores.database.reading() as connection:
            suspended = self._stores.suspensions.in_force(connection)
        gone = {each: Standing(each, False, None, None) for each in suspended}
        told = list((gone | self._standings).items())
        for some in _parts(told):
            self._holding(partial(self._note_some, dict(some)))

    def _note_some(self, told: Mapping[str, Standing], connection: sa.Connection) -> None:
        news = news_among(connection, told, stores=self._stores)
        note_suspensions(
            connection, news, actor=ACTOR, request_id=self._request_id, stores=self._stores
        )

    def _copy(self, end: FollowerState) -> None:
        for page in self._feed.pages():
            if page.epoch != end.epoch:
                raise SourceDiverged(self._feed.source)
            copies = [
                class_copy(entry.body)
                for entry in page.entries
                if self._newest.get(entry.subjects["class_id"] or "") == entry.position
            ]
            for some in _parts(copies):
                self._put(some)
            if page.entries and page.entries[-1].position >= end.position:
                return

    def _put(self, copies: Sequence[ClassCopy]) -> None:
        self._holding(
            lambda connection: copy_classes(
                connection,
                copies,
                actor=ACTOR,
                request_id=self._request_id,
                stores=self._stores,
            )
        )

    def _unlist(self) -> int:
        unlisted, class_id = 0, ""
        while listed := self._listed_after(class_id):
            class_id = listed[-1]
            gone = [each for each in listed if each not in self._newest]
            if gone:
                unlisted += self._unlist_some(gone)
        return unlisted

    def _listed_after(self, class_id: str) -> list[str]:
        with self._stores.database.reading() as connection:
            return self._stores.classes.listed_after(connection, class_id, limit=SAVED_AT_ONCE)

    def _unlist_some(self, class_ids: Sequence[str]) -> int:
        return self._holding(
            lambda connection: unlist_classes(
                connection, class_ids, request_id=self._request_id, stores=self._stores
            )
        )

    def _holding(self, work: Callable[[sa.Connection], Result]) -> Result:
        """Commit some work while the ordinary follower is held where it stands.

        A follower that went on meanwhile knows later classes than were surveyed; nothing may be done over its head.
        """

        def held(connection: sa.Connection) -> Result:
            self._hold(connection)
            return work(connection)

        return self._transactions.run(held, repeatable=True)

    def _move(self, page: FeedPage, end: FollowerState) -> None:
        """Let the ordinary follower go on from the end, after the last page. When it last looked is never put back."""

        def move(connection: sa.Connection) -> None:
            held = self._hold(connection)
            checked = page.checked(end, now=self._stores.database.now(connection))
            after = replace(checked, checked_at=max(held.checked_at, checked.checked_at))
            move_follower(connection, FOLLOWER_STATE, self._feed.source, before=held, after=after)

        self._transactions.run(move)

    def _hold(self, connection: sa.Connection) -> FollowerState:
        return hold_follower(connection, FOLLOWER_STATE, self._feed.source, at=self._before)


def _parts(whole: Sequence[Each]) -> Iterator[Sequence[Each]]:
    for start in range(0, len(whole), SAVED_AT_ONCE):
        yield whole[start : start + SAVED_AT_ONCE]


class NothingToFollow(Exception):
    """The catalogue tells of no class at all: it is the wrong one, or was not restored yet."""
