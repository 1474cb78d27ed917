"""The journal for auditors: filtered, as JSON, JSON Lines or CSV, streamed in short ranges with flat memory.

Every range is read in a transaction of its own, and none is open while a slow reader is waited for: an open
snapshot would keep the database from tidying up behind the busiest row. The end is where the journal ended
when the export began.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from chassis.clock import write_instant
from chassis.column_types import Identifier
from chassis.database import Database
from chassis.journal import Journal
from chassis.pagination import Place
from chassis.written_rows import CSV, JSON_LINES, document_of, lines_of

ROWS_A_RANGE = 5_000
_DIALECT = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
WINDOW = 100_000
"""Positions one range may span, so that a rare filter never means one long scan."""

Reader = Callable[[sa.Connection, sa.Select[Any]], tuple[list[bytes], int, int]]


@dataclass(frozen=True)
class LogFilter:
    """Which entries: after a position, at most so many, and what they must match; `place` writes the cursor."""

    place: Place
    after: int
    limit: int | None
    kind: str | None
    subjects: Mapping[str, str]
    since: datetime | None
    until: datetime | None


def export(
    database: Database, journal: Journal, wanted: LogFilter, media_type: str
) -> Iterator[bytes]:
    """Yield the matching entries as text in the media type, block by block."""
    if media_type == CSV:
        return _csv_table(database, journal, wanted)
    if media_type == JSON_LINES:
        ranges = _ranges(database, journal, wanted, _read_leaves(journal))
        return lines_of(part for part, _ in ranges)
    return _document(database, journal, wanted)


def _csv_table(database: Database, journal: Journal, wanted: LogFilter) -> Iterator[bytes]:
    yield (",".join(_columns(journal)) + "\n").encode()
    read = _copy_csv if database.dialect == "postgresql" else _read_csv(journal)
    for part, _ in _ranges(database, journal, wanted, read):
        yield b"".join(part)


def _document(database: Database, journal: Journal, wanted: LogFilter) -> Iterator[bytes]:
    last, found = wanted.after, 0

    def parts() -> Iterator[list[bytes]]:
        nonlocal last, found
        for part, reached in _ranges(database, journal, wanted, _read_leaves(journal)):
            last, found = reached, found + len(part)
            yield part

    def next_cursor() -> str | None:
        more = wanted.limit is not None and found == wanted.limit
        return wanted.place.cursor(str(last)) if more else None

    return document_of(parts(), next_cursor)


def _ranges(
    database: Database, journal: Journal, wanted: LogFilter, read: Reader
) -> Iterator[tuple[list[bytes], int]]:
    """Yield what each range holds, and the position of the last entry in it."""
    with database.reading() as connection:
        end = journal.head(connection).size
    position, left = wanted.after, wanted.limit
    while position < end and left != 0:
        rows = ROWS_A_RANGE if left is None else min(ROWS_A_RANGE, left)
        until = min(position + WINDOW, end)
        query = _query(journal, wanted, after=position, until=until, rows=rows)
        with database.reading() as connection:
            part, found, last = read(connection, query)
        position = last if found == rows else until
        if left is not None:
            left -= found
        if found:
            yield part, last


def _query(
    journal: Journal, wanted: LogFilter, *, after: int, until: int, rows: int
) -> sa.Select[Any]:
    entry = journal.tables.entry
    query = (
        sa.select(entry)
        .where(entry.c.position > after, entry.c.position <= until)
        .order_by(entry.c.position)
        .limit(rows)
    )
    if wanted.kind:
        query = query.where(entry.c.kind == wanted.kind)
    if wanted.since:
        query = query.where(entry.c.recorded_at >= wanted.since)
    if wanted.until:
        query = query.where(entry.c.recorded_at < wanted.until)
    for subject, value in wanted.subjects.items():
        column = entry.c[subject]
        if isinstance(column.type, Identifier) or "." in value:
            query = query.where(column == value)
        else:  # a code of two digits stands for everything within it
            query = query.where(sa.or_(column == value, column.like(f"{value}.%")))
    return query


def _columns(journal: Journal) -> list[str]:
    return [column.name for column in journal.tables.entry.c]


def _copy_csv(connection: sa.Connection, query: sa.Select[Any]) -> tuple[list[bytes], int, int]:
    """Let PostgreSQL write the CSV itself; every cell is safe for spreadsheets by construction.

    (Actors, kinds and ids begin with a letter or digit, and the body with a brace.)
    """
    instant = 'to_char("recorded_at", \'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\')'
    names = [column.name for column in query.selected_columns]
    listed = ", ".join(instant if name == "recorded_at" else f'"{name}"' for name in names)
    inner = query.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True})
    # Nothing of the caller's is in this text but numbers, instants, UUIDs and codes that were parsed before.
    statement = f"copy (select {listed} from ({inner}) as entry) to stdout with (format csv)"  # noqa: S608
    cursor: Any = connection.connection.cursor()
    with cursor.copy(statement) as copy:
        blocks = [bytes(block) for block in copy]
    if not blocks:
        return [], 0, 0
    return blocks, cursor.rowcount, _last_position(blocks)


def _last_position(blocks: Sequence[bytes]) -> int:
    tail = b"".join(blocks[-2:]).rstrip(b"\n")
    return int(tail[tail.rfind(b"\n") + 1 :].split(b",", 1)[0])


def _read_csv(journal: Journal) -> Reader:
    def read(connection: sa.Connection, query: sa.Select[Any]) -> tuple[list[bytes], int, int]:
        names = _columns(journal)
        rows = connection.execute(query).all()
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        for row in rows:
            values = row._mapping
            writer.writerow(
                write_instant(values[name]) if name == "recorded_at" else values[name]
                for name in names
            )
        return [text.getvalue().encode()], len(rows), rows[-1].position if rows else 0

    return read


def _read_leaves(journal: Journal) -> Reader:
    def read(connection: sa.Connection, query: sa.Select[Any]) -> tuple[list[bytes], int, int]:
        entries = [journal.recorded(row) for row in connection.execute(query)]
        last = entries[-1].position if entries else 0
        return [entry.leaf() for entry in entries], len(entries), last

    return read
