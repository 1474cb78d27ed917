"""Build a search index from all that the tables say, beside the one in use: in several processes where it takes long.

Reading and analysing courses keeps one processor busy, and one process can do only one of them at a time. So each of
several takes a range of courses and writes a part of the index; the parts are joined without being written again.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import sys
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from chassis.database import Database
from chassis.identifiers import random_reference
from chassis.journal import Journal
from services.catalog.queries.indexable import (
    count_courses,
    read_indexable_between,
    start_of_range,
)
from services.catalog.search.courses import IndexedCourse
from services.catalog.search.folder import IndexFolder, IndexState, write_state
from services.catalog.search.parts import folder_of_part, join_parts
from services.catalog.search.writing import IndexWriting

BUILT_AT_ONCE = 1_000
"""Courses that are read in one transaction while an index is built."""

LEAST_IN_A_PART = 5_000
"""Courses that are worth another process, which takes about a second to start."""

_ANEW = multiprocessing.get_context("spawn")
"""Processes started anew rather than forked from the worker, whose connections and locks a fork would share.

They are plain processes, which end by themselves when their work is done: those of a pool wait for more for ever where
who would give it to them was killed.
"""

_FORKED = multiprocessing.get_context("fork")
_LONGEST_FAILURE = 8_000


class PartNotBuilt(Exception):
    """A part of the index could not be built; the message is what its process met."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A range of courses by their ids, the newest first, and the folder in which they are indexed."""

    folder: Path
    first: str | None
    before: str | None
    now: datetime


def build_index(
    folder: IndexFolder, *, database: Database, journal: Journal, builders: int = 1
) -> tuple[IndexWriting, IndexState]:
    """Build an index in so many processes, and return it with how far it is. It is in use once it is published.

    How far it is was read before the courses were: what changed meanwhile is looked at once more by who follows.
    """
    generation = folder.begin(random_reference())
    with database.reading() as connection:
        head = journal.head(connection)
        now = database.now(connection)
        digest = digest_at(connection, journal, head.size)
        parts = _parts(connection, generation, now, builders=builders)
    _build_all(parts, database)
    join_parts(generation, [part.folder for part in parts])
    state = IndexState(head.epoch, head.size, digest, now)
    write_state(generation, state)
    return IndexWriting(generation), state


def digest_at(connection: sa.Connection, journal: Journal, position: int) -> str | None:
    """Return the digest of the entry at a position, by which a journal is known again; None where there is none."""
    held = journal.read(connection, after=position - 1, limit=1) if position else []
    return held[0].digest() if held else None


def _parts(
    connection: sa.Connection, generation: Path, now: datetime, *, builders: int
) -> list[_Part]:
    """Part all courses into ranges of about the same size, the newest first."""
    courses = count_courses(connection)
    number = max(1, min(builders, courses // LEAST_IN_A_PART))
    size = -(-courses // number)
    parts: list[_Part] = []
    before: str | None = None
    for each in range(number):
        is_last = each == number - 1
        first = None if is_last else start_of_range(connection, before=before, size=size)
        parts.append(_Part(folder_of_part(generation, each), first, before, now))
        before = first
    return parts


def _build_all(parts: Sequence[_Part], database: Database) -> None:
    """Build one part here, and several each in a process of its own, which gives its memory back when it ends."""
    if len(parts) == 1:
        _build(parts[0], database)
        return
    address = database.url.render_as_string(hide_password=False)
    first = _ANEW.Process(target=build_parts, args=(parts, address))
    first.start()
    first.join()
    for part in parts:
        if (failure := _failure_of(part)).exists():
            raise PartNotBuilt(failure.read_text("utf-8"))
    if first.exitcode:
        raise PartNotBuilt(f"a process that built a part ended with {first.exitcode}")


def build_parts(parts: Sequence[_Part], address: str) -> None:
    """Build parts from the database at an address: the first in this process, the others each in a fork of it.

    Nothing is shared before they part: no connection, no thread, no lock. What a fork need not do again is import.
    """
    # A course leaves nothing behind that only the collector finds: looking for it takes a tenth of the time.
    gc.disable()
    others = [_FORKED.Process(target=_build_at, args=(part, address)) for part in parts[1:]]
    for other in others:
        other.start()
    _build_at(parts[0], address)
    for other in others:
        other.join()
    if any(other.exitcode for other in others):
        sys.exit(1)


def _build_at(part: _Part, address: str) -> None:
    database = Database(address, pool_size=1)
    try:
        _build(part, database)
    except Exception:
        with contextlib.suppress(OSError):  # of a full disk, which may be what was met
            _failure_of(part).write_text(traceback.format_exc()[-_LONGEST_FAILURE:], "utf-8")
        raise
    finally:
        database.dispose()


def _failure_of(part: _Part) -> Path:
    """Return where a process that cannot build a part tells why: a pipe would take so much and no more of several."""
    return part.folder.with_suffix(".failure")


def _build(part: _Part, database: Database) -> None:
    writing = IndexWriting(part.folder)
    for courses in _courses_of(part, database):
        writing.add(courses)
    writing.finish()


def _courses_of(part: _Part, database: Database) -> Iterator[Sequence[IndexedCourse]]:
    """Read the courses of a part, the newest first: found in this order they are quick to sort by it, the usual one."""
    before = part.before
    while before is None or part.first is None or before > part.first:
        with database.reading() as connection:
            first = start_of_range(connection, before=before, size=BUILT_AT_ONCE)
            if first is None:
                return
            if part.first is not None:
                first = max(first, part.first)
            courses = read_indexable_between(connection, first=first, before=before, now=part.now)
        yield courses
        before = first
