"""The journal for auditors: filtered, as JSON, JSON Lines or CSV, streamed in short ranges with flat memory.

Every range is read in a transaction of its own, and none is open while a slow reader is waited for: an open
snapshot would keep the database from tidying up behind the busiest row. The end is where the journal ended
when the export began.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import marshmallow as ma
import sqlalchemy as sa
from flask import Response
from sqlalchemy.dialects import postgresql

from chassis.calls import Call
from chassis.clock import write_instant
from chassis.column_types import Identifier
from chassis.contract import Shown, page_of
from chassis.database import Database
from chassis.endpoints import Endpoint, Endpoints
from chassis.fields import (
    CursorQuery,
    InstantField,
    OneOf,
    Parsed,
    QueryWhole,
    Reference,
    Text,
    Whole,
    refuse_empty_span,
    says,
)
from chassis.journal import HasJournal, Journal, JournalTables
from chassis.pagination import Place
from chassis.request_content import JSON

JSON_LINES = "application/jsonl"
CSV = "text/csv"
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


class LogQuery(CursorQuery):
    """What every journal is filtered by; `log_query` adds what differs. A cursor says the same as `after`."""

    BESIDE = CursorQuery.BESIDE | {"after"}

    after = QueryWhole(
        load_default=None, metadata=says("The position to go on after; the first entry has 1.")
    )
    limit = QueryWhole(
        least=1,
        most=10_000_000,
        load_default=None,
        metadata=says("How many entries at most; without it all there are."),
    )

    def is_key(self, text: str) -> bool:
        """Tell whether a text is a position."""
        return re.fullmatch("[0-9]{1,16}", text) is not None

    @ma.validates_schema
    def refuse_what_contradicts_itself(self, data: Mapping[str, Any], **_: Any) -> None:
        """Refuse two places to go on from, and a time that ends before it begins."""
        if data["after"] is not None and data["cursor"] is not None:
            message = "Send either after or cursor: both say where to go on."
            raise ma.ValidationError({"after": [message], "cursor": [message]})
        refuse_empty_span(data, "from", "to")


@dataclass(frozen=True)
class Code:
    """What a subject of a journal is that is no id: its parser, and what that takes as JSON Schema has it."""

    parse: Callable[[str], str]
    form: Mapping[str, Any]


def log_query(name: str, tables: JournalTables, *, code: Code) -> type[CursorQuery]:
    """Return the schema of the query string for a journal's filters."""
    fields: dict[str, ma.fields.Field[Any]] = {
        "journal": OneOf(
            (name,), load_default=name, metadata=says("Which service's journal is read.")
        ),
        "kind": OneOf(tables.kinds, load_default=None, metadata=says("What the entries tell of.")),
        "from": InstantField(
            load_default=None, metadata=says("Recorded at this instant or later.")
        ),
        "to": InstantField(load_default=None, metadata=says("Recorded before this instant.")),
    }
    for subject in tables.subjects:
        fields[subject] = _subject(tables, subject, code, load_default=None)
    return type(f"{name.title()}LogQuery", (LogQuery,), fields)


def log_page(name: str, tables: JournalTables, *, code: Code) -> type[Shown]:
    """Return the schema of a journal's entries as the auditors get them in JSON."""
    subjects = {name: _subject(tables, name, code, allow_none=True) for name in tables.subjects}
    about = says("The facts of what happened, by kind. Numbers, text and ids; never personal data.")
    fields: dict[str, ma.fields.Field[Any]] = {
        "position": Whole(least=1, metadata=says("Without gaps, in the order of commits.")),
        "recorded_at": InstantField(metadata=says("Never earlier than that of the entry before.")),
        "kind": OneOf(tables.kinds),
        "actor": Text(most=128, metadata=says("Who did it, as the verified token named it.")),
        "role": Text(most=32),
        "request_id": Text(most=64),
        "rule_version": Text(
            most=32, allow_none=True, metadata=says("The rules that were in force.")
        ),
        "body": ma.fields.Dict(metadata=about),
        **subjects,
    }
    doc = f"An entry of the journal of {name}."
    return page_of(
        type(f"{name.title()}Entry", (Shown,), {"__doc__": doc, **fields}),
        name=f"{name.title()}Entries",
    )


def _subject(tables: JournalTables, subject: str, code: Code, **options: Any) -> Any:
    is_id = isinstance(tables.entry.c[subject].type, Identifier)
    return Reference(**options) if is_id else Parsed(code.parse, form=code.form, **options)


def log_endpoints(
    name: str,
    tables: JournalTables,
    *,
    code: Code,
    allow: tuple[str, ...],
) -> list[Endpoint[Any]]:
    """Declare the export of a service's journal.

    The parser of `code` checks what is sent for a subject that is no id, and raises `ValueError` with the remedy.
    """
    endpoints: Endpoints[HasJournal] = Endpoints("/api/v1")

    @endpoints.get(
        "/log/entries",
        allow=allow,
        query=log_query(name, tables, code=code),
        media_types=(JSON, JSON_LINES, CSV),
        shows=log_page(name, tables, code=code),
    )
    def get_entries(call: Call, house: HasJournal) -> Response:
        """Export the journal: what happened, in the order of commits, without gaps.

        As JSON, as JSON Lines (an entry a line, in canonical JSON as it is hashed) or as CSV, which streams. A walk by
        `cursor` or `after` neither skips an entry nor repeats one. A code of a province stands for its regencies, too.
        """
        query = call.query
        place: Place = query["place"]
        wanted = LogFilter(
            place=place,
            after=int(place.after or query["after"] or 0),
            limit=query["limit"],
            kind=query["kind"],
            subjects={subject: query[subject] for subject in tables.subjects if query[subject]},
            since=query["from"],
            until=query["to"],
        )
        content_type = "text/csv; charset=utf-8" if call.media_type == CSV else call.media_type
        return Response(
            export(house.database, house.journal, wanted, call.media_type),
            content_type=content_type,
        )

    return endpoints.all


def export(
    database: Database, journal: Journal, wanted: LogFilter, media_type: str
) -> Iterator[bytes]:
    """Yield the matching entries as text in the media type, block by block."""
    if media_type == CSV:
        yield _csv_line(_columns(journal)).encode()
        read = _copy_csv if database.dialect == "postgresql" else _read_csv(journal)
        for part, _ in _ranges(database, journal, wanted, read):
            yield b"".join(part)
    elif media_type == JSON_LINES:
        for part, _ in _ranges(database, journal, wanted, _read_leaves(journal)):
            yield b"".join(leaf + b"\n" for leaf in part)
    else:
        yield from _json_document(database, journal, wanted)


def _json_document(database: Database, journal: Journal, wanted: LogFilter) -> Iterator[bytes]:
    yield b'{"items":['
    separator = b""
    last, found = wanted.after, 0
    for part, reached in _ranges(database, journal, wanted, _read_leaves(journal)):
        last = reached
        found += len(part)
        yield separator + b",".join(part)
        separator = b","
    more = wanted.limit is not None and found == wanted.limit
    cursor = wanted.place.cursor(str(last)) if more else None
    yield f'],"next_cursor":{json.dumps(cursor)}}}'.encode()


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


def _csv_line(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()
