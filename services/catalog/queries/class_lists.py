"""Lists of classes, written: most people ask the same, and until something changes the answer is the same."""

from __future__ import annotations

import json
from dataclasses import dataclass

import sqlalchemy as sa

from chassis.database import Database
from chassis.feed_client import NEVER
from chassis.pagination import Page
from chassis.validators import tag_of
from services.catalog.queries.classes import ClassesWanted, list_classes
from services.catalog.queries.kept import Kept
from services.catalog.storage.tables import FOLLOWER_STATE, JOURNAL


@dataclass(frozen=True, slots=True)
class WrittenList:
    """A page, written; its ETag is the same for as long as it says the same."""

    body: bytes
    etag: str


class ClassLists:
    """Writes lists of classes, and keeps what it wrote for as long as nothing in the catalogue changes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept = Kept()

    def show(self, wanted: ClassesWanted, page: Page) -> WrittenList:
        """Write a page. It is as new as the database: whether something changed is looked at each time."""
        with self._database.reading() as connection:
            body = self._kept.get(
                (wanted, page),
                mark=_state(connection),
                make=lambda: _WRITTEN.encode(list_classes(connection, wanted, page)).encode(),
            )
        return WrittenList(body, tag_of(body))


_WRITTEN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_HEAD, _SEATS = JOURNAL.head.c, FOLLOWER_STATE.c
_STATE = sa.select(
    _HEAD.epoch,
    _HEAD.size,
    _HEAD.recorded_at,
    _SEATS.epoch.label("seats_epoch"),
    _SEATS.position,
    _SEATS.digest,
    _SEATS.checked_at,
).select_from(JOURNAL.head.outerjoin(FOLLOWER_STATE, sa.true()))


def _state(connection: sa.Connection) -> str:
    """Tell the state of all that a list of classes shows: the catalogue's own, by its journal, and the seats held.

    The instant of the last entry tells a journal that was restored and grew again from the one that was lost. A source
    that was read to its end for the first time may have had numbers forgotten of which it told nothing.
    """
    rows = connection.execute(_STATE).all()
    return repr([(*row[:-1], row.checked_at == NEVER) for row in rows])
