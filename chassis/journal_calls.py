"""The call by which auditors read a journal: what it is filtered by, and what an entry looks like."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import marshmallow as ma
from flask import Response

from chassis.calls import Call
from chassis.column_types import Identifier
from chassis.contract import Shown, page_of
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
from chassis.journal import HasJournal, JournalTables
from chassis.journal_export import LogFilter, export
from chassis.pagination import Place
from chassis.written_rows import EVERY_FORM, answer_with_blocks


class LogQuery(CursorQuery):
    """What every journal is filtered by; `log_query` adds what differs. A cursor says the same as `after`."""

    BESIDE = CursorQuery.BESIDE | {"after"}

    after = QueryWhole(
        load_default=None,
        metadata=says("The position to go on after; the first entry has 1. Instead of `cursor`."),
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
        about = says("Only entries about this one; what is about none is left out.")
        fields[subject] = _subject(tables, subject, code, load_default=None, metadata=about)
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
        media_types=EVERY_FORM,
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
        blocks = export(house.database, house.journal, wanted, call.media_type)
        return answer_with_blocks(blocks, call.media_type)

    return endpoints.all
