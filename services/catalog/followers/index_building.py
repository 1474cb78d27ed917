"""Build a search index from all that the tables say, beside the one in use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa

from chassis.database import Database
from chassis.identifiers import random_reference
from chassis.journal import Journal
from services.catalog.queries.indexable import read_indexable_between, start_of_range
from services.catalog.search.courses import IndexedCourse
from services.catalog.search.folder import IndexFolder, IndexState
from services.catalog.search.writing import IndexWriting

BUILT_AT_ONCE = 1_000
"""Courses that are read in one transaction while an index is built."""


def build_index(
    folder: IndexFolder, *, database: Database, journal: Journal
) -> tuple[IndexWriting, IndexState]:
    """Build an index and commit it; return it with how far it is. It is in use once it is published, not before.

    How far it is was read before the courses were: what changed meanwhile is looked at once more by who follows.
    """
    writing = IndexWriting(folder.begin(random_reference()))
    with database.reading() as connection:
        head = journal.head(connection)
        now = database.now(connection)
        digest = digest_at(connection, journal, head.size)
    for courses in _every_course(database, now):
        writing.add(courses)
    state = IndexState(head.epoch, head.size, digest, now)
    writing.commit(state)
    return writing, state


def digest_at(connection: sa.Connection, journal: Journal, position: int) -> str | None:
    """Return the digest of the entry at a position, by which a journal is known again; None where there is none."""
    held = journal.read(connection, after=position - 1, limit=1) if position else []
    return held[0].digest() if held else None


def _every_course(database: Database, now: datetime) -> Iterator[Sequence[IndexedCourse]]:
    """Read all courses, the newest first: found in this order they are quick to sort by it, the usual one."""
    before: str | None = None
    while True:
        with database.reading() as connection:
            first = start_of_range(connection, before=before, size=BUILT_AT_ONCE)
            if first is None:
                return
            courses = read_indexable_between(connection, first=first, before=before, now=now)
        yield courses
        before = first
