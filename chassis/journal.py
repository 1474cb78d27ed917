"""The journal: what happened, in commit order, with no gap, never edited.

Positions start at 1. The row that holds the journal's size is updated late in the transaction, then the entries are
inserted and the transaction commits; whoever reads `position > N` therefore never misses an entry that commits later.
The recorded instant never goes backwards.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import rfc8785
import sqlalchemy as sa

from chassis.clock import write_instant
from chassis.column_types import Identifier, Instant
from chassis.database import Database
from chassis.recordset import rows_parameter

MOST_AT_ONCE = 1_001
"""Entries one transaction may append, a thousand things and what was done with them: more would hold every other writer
for too long."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened.

    `subjects` are the typed columns a service's journal is filtered by (references only, never personal data); `body`
    holds the facts, in values that JSON can write: text, whole numbers, booleans, null, lists, objects.
    """

    kind: str
    actor: str
    role: str
    request_id: str
    subjects: Mapping[str, str | None]
    body: Mapping[str, Any]
    rule_version: str | None = None


@dataclass(frozen=True, slots=True)
class RecordedEntry:
    """An entry as it stands in the journal."""

    position: int
    recorded_at: datetime
    kind: str
    actor: str
    role: str
    request_id: str
    rule_version: str | None
    subjects: Mapping[str, str | None]
    body_text: str

    @property
    def body(self) -> dict[str, Any]:
        """Return the facts, parsed."""
        body: dict[str, Any] = json.loads(self.body_text)
        return body

    def leaf(self) -> bytes:
        """Return the canonical JSON (RFC 8785) of the whole entry: what is hashed, exported and proven."""
        members: dict[str, Any] = {
            "position": self.position,
            "recorded_at": write_instant(self.recorded_at),
            "kind": self.kind,
            "actor": self.actor,
            "role": self.role,
            "request_id": self.request_id,
            "rule_version": self.rule_version,
            **self.subjects,
        }
        return leaf_of(members, body_text=self.body_text)

    def digest(self) -> str:
        """Return the RFC 6962 leaf hash as hexadecimal."""
        return hashlib.sha256(b"\x00" + self.leaf()).hexdigest()


def leaf_of(members: Mapping[str, Any], *, body_text: str) -> bytes:
    """Write an entry canonically. The body was canonical when it was stored and is taken as it is.

    The other members are numbers and plain ASCII text by construction, for which sorted `json` output is canonical.
    """
    parts = {name: json.dumps(value) for name, value in members.items()}
    parts["body"] = body_text
    return ("{" + ",".join(f'"{name}":{parts[name]}' for name in sorted(parts)) + "}").encode()


@dataclass(frozen=True, slots=True)
class Head:
    """Where a journal ends: its epoch (a new one after a restore), its size and the last recorded instant."""

    epoch: str
    size: int
    recorded_at: datetime


@dataclass(frozen=True)
class JournalTables:
    """The two tables of a journal, the names of its subject columns and the kinds of entries it may have."""

    entry: sa.Table
    head: sa.Table
    subjects: tuple[str, ...]
    kinds: tuple[str, ...]


def journal_tables(
    metadata: sa.MetaData,
    *,
    subjects: Mapping[str, sa.types.TypeEngine[Any]],
    kinds: Sequence[str],
) -> JournalTables:
    """Declare a journal in a service's schema; each subject gets an index with the position."""
    entry = sa.Table(
        "journal_entry",
        metadata,
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("recorded_at", Instant, nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("rule_version", sa.String(32)),
        *[sa.Column(name, type_) for name, type_ in subjects.items()],
        sa.Column("body", sa.Text, nullable=False),
        *[
            sa.Index(
                f"journal_entry_by_{name}",
                name,
                "position",
                postgresql_where=sa.text(f"{name} is not null"),
                sqlite_where=sa.text(f"{name} is not null"),
            )
            for name in subjects
        ],
        sa.Index("journal_entry_by_instant", "recorded_at", postgresql_using="brin"),
        info={"append_only": True},
    )
    head = sa.Table(
        "journal_head",
        metadata,
        sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("epoch", Identifier, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("recorded_at", Instant, nullable=False),
        sa.CheckConstraint("id = 1", name="journal_has_one_head"),
        info={"update_only": ("size", "recorded_at")},
    )
    return JournalTables(entry, head, tuple(subjects), tuple(kinds))


class Journal:
    """One service's journal: append within an open transaction, read short ranges."""

    def __init__(self, database: Database, tables: JournalTables) -> None:
        self._database = database
        self.tables = tables
        head, entry = tables.head, tables.entry
        later = sa.func.max if database.dialect == "sqlite" else sa.func.greatest
        now = sa.bindparam("now", type_=Instant)
        self._advance = (
            sa.update(head)
            .where(head.c.id == 1)
            .values(
                size=head.c.size + sa.bindparam("count"),
                recorded_at=later(head.c.recorded_at, now, type_=Instant),
            )
            .returning(head.c.size, head.c.recorded_at)
        )
        columns = {c.name: c.type for c in entry.c}
        given = database.recordset(columns)
        self._insert = sa.insert(entry).from_select(
            list(columns), sa.select(*[given.c[c] for c in columns])
        )

    def append(self, connection: sa.Connection, entries: Sequence[Entry], *, now: datetime) -> int:
        """Append entries and return the position of the first; the others follow it.

        Call it last in a transaction: from here to the commit every other writer of this journal waits.
        Raises `ValueError` for more than `MOST_AT_ONCE` entries, and for a kind that the journal does not have.
        """
        if not 0 < len(entries) <= MOST_AT_ONCE:
            raise ValueError(
                f"{len(entries)} entries in one transaction; 1 to {MOST_AT_ONCE} are allowed"
            )
        prepared = [self._row(entry) for entry in entries]
        size, recorded_at = connection.execute(
            self._advance, {"count": len(entries), "now": now}
        ).one()
        first: int = size - len(entries) + 1
        instant = write_instant(recorded_at)
        for offset, row in enumerate(prepared):
            row["position"] = first + offset
            row["recorded_at"] = instant
        connection.execute(self._insert, {"rows": rows_parameter(prepared)})
        return first

    def _row(self, entry: Entry) -> dict[str, Any]:
        unknown = entry.subjects.keys() - set(self.tables.subjects)
        if unknown:
            raise ValueError(f"this journal has no subject {sorted(unknown)}")
        if entry.kind not in self.tables.kinds:
            raise ValueError(f"this journal has no entries of the kind {entry.kind}")
        return {
            "kind": entry.kind,
            "actor": entry.actor,
            "role": entry.role,
            "request_id": entry.request_id,
            "rule_version": entry.rule_version,
            **{name: entry.subjects.get(name) for name in self.tables.subjects},
            "body": rfc8785.dumps(dict(entry.body)).decode(),
        }

    def head(self, connection: sa.Connection) -> Head:
        """Read where the journal ends."""
        row = connection.execute(sa.select(self.tables.head)).one()
        return Head(epoch=row.epoch, size=row.size, recorded_at=row.recorded_at)

    def size_at(self, connection: sa.Connection, instant: datetime) -> int:
        """Return how many entries were recorded before an instant.

        Found by halving, since positions have no gap and instants never go back: however large the journal, in some
        twenty looks by key.
        """
        recorded_at, position = self.tables.entry.c.recorded_at, self.tables.entry.c.position
        before, after = 0, self.head(connection).size + 1
        while after - before > 1:
            middle = (before + after) // 2
            query = sa.select(recorded_at).where(position == middle)
            if connection.execute(query).scalar_one() < instant:
                before = middle
            else:
                after = middle
        return before

    def read(self, connection: sa.Connection, *, after: int, limit: int) -> list[RecordedEntry]:
        """Read up to `limit` entries after a position, in order."""
        table = self.tables.entry
        query = (
            sa.select(table).where(table.c.position > after).order_by(table.c.position).limit(limit)
        )
        return [self.recorded(row) for row in connection.execute(query)]

    def recorded(self, row: sa.Row[Any]) -> RecordedEntry:
        """Make an entry of a row of the journal's table."""
        values = row._mapping
        return RecordedEntry(
            position=values["position"],
            recorded_at=values["recorded_at"],
            kind=values["kind"],
            actor=values["actor"],
            role=values["role"],
            request_id=values["request_id"],
            rule_version=values["rule_version"],
            subjects={name: values[name] for name in self.tables.subjects},
            body_text=values["body"],
        )


class HasJournal(Protocol):
    """What a service needs to have for its journal to be read or followed."""

    @property
    def database(self) -> Database: ...

    @property
    def journal(self) -> Journal: ...
