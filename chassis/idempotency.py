"""Stored answers: the same key and command is answered byte for byte as the first time.

A key's scope is caller, method, route and key. Effects are stored, refusals are not: a refused request may be tried
again with the same key. The key is locked by name before it is read, without waiting for it: whoever commits
(`chassis.transaction`, `chassis.group_commit`) lets a twin go and tries again until the first has finished.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from chassis.column_types import Instant
from chassis.database import Database
from chassis.recordset import rows_parameter
from chassis.sealing import Seal

KEPT_FOR = timedelta(hours=48)
PURGED_AT_ONCE = 5_000
STORED_LATE = timedelta(minutes=1)
"""How long after the instant that an answer bears it may be committed, at most: nothing waits that long."""
LOOKED_THROUGH_AT_ONCE = 200
"""Answers in memory at once: one of them may be of a thousand rows."""
PURGED_EVERY = 60.0
"""Seconds between two rounds of a worker that forgets what was kept long enough."""


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A caller's key in its scope, and the fingerprint of the command it stands for."""

    digest: str
    fingerprint: str


class IdempotencyKeys:
    """Binds callers' keys to their scopes and commands, under a secret of the service.

    What is stored of a command is an HMAC: whoever reads the table and knows all but a few digits of a number that
    identifies somebody and was sent cannot try out the rest. Under another secret no stored answer is found any more.
    """

    def __init__(self, secret: bytes) -> None:
        # A key of this one purpose, so that nothing else that is computed with the secret can equal a digest here.
        self._key = hmac.digest(secret, b"chassis.idempotency", "sha256")

    def bind(
        self, *, caller: Sequence[str | None], method: str, route: str, key: str, command: Any
    ) -> IdempotencyKey:
        """Bind a key to its scope and to the parsed command (anything `json` can write)."""
        scope = json.dumps([*caller, method, route, key])
        body = json.dumps(command, sort_keys=True, separators=(",", ":"), default=str)
        return IdempotencyKey(
            digest=self._digest(b"scope\0", scope), fingerprint=self._digest(b"command\0", body)
        )

    def _digest(self, purpose: bytes, text: str) -> str:
        return hmac.digest(self._key, purpose + text.encode(), "sha256").hex()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a caller is told: a status, a body of JSON already written, and headers of its own."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


def json_answer(
    status: int, document: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> Answer:
    """Write a document as the answer's body."""
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return Answer(status, body, tuple((headers or {}).items()))


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer given earlier, and the command it was given for."""

    fingerprint: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Telling:
    """Under which digests answers lie that tell something, of all that were stored by an instant."""

    digests: tuple[str, ...]
    looked_at: datetime


def stored_answer_table(metadata: sa.MetaData) -> sa.Table:
    """Declare the table of stored answers in a service's schema."""
    return sa.Table(
        "stored_answer",
        metadata,
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("status", sa.SmallInteger, nullable=False),
        sa.Column("headers", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("stored_at", Instant, nullable=False),
        sa.Index("stored_answer_by_age", "stored_at"),
    )


_Read = Callable[[sa.Select[Any], Mapping[str, Any]], Sequence[sa.Row[Any]]]


class StoredAnswers:
    """The stored answers of one service."""

    def __init__(self, database: Database, table: sa.Table, *, seal: Seal | None = None) -> None:
        """`seal` keeps the bodies secret at rest, for services whose answers hold what nobody else may read."""
        self._database = database
        self._table = table
        self._seal = seal
        self._read = sa.select(table).where(database.is_among(table.c.digest))
        self._forget = sa.delete(table).where(database.is_among(table.c.digest))
        columns = {c.name: sa.Text() if c.name != "status" else sa.Integer() for c in table.c}
        given = database.recordset({**columns, "stored_at": Instant()})
        self._insert = sa.insert(table).from_select(
            list(columns), sa.select(*[given.c[c] for c in columns])
        )

    def hold(self, connection: sa.Connection, digests: Sequence[str]) -> set[str]:
        """Hold keys until the transaction ends; return those that nobody else holds, without waiting for others."""
        return self._database.try_names(connection, digests)

    def read(self, connection: sa.Connection, digests: Iterable[str]) -> dict[str, StoredAnswer]:
        """Return the answers already stored under keys that are held."""
        keys = self._database.keys(digests)
        if not keys:
            return {}
        return {
            row.digest: StoredAnswer(row.fingerprint, self._answer(row))
            for row in connection.execute(self._read, {"keys": keys})
        }

    def store(
        self, connection: sa.Connection, answers: Mapping[IdempotencyKey, Answer], *, now: datetime
    ) -> None:
        """Keep answers with the effects they tell of, in the same transaction."""
        if not answers:
            return
        rows = [
            {
                "digest": key.digest,
                "fingerprint": key.fingerprint,
                "status": answer.status,
                "headers": json.dumps(answer.headers),
                "body": self._sealed(answer.body.decode(), key.digest),
                "stored_at": now,
            }
            for key, answer in answers.items()
        ]
        connection.execute(self._insert, {"rows": rows_parameter(rows)})

    def _answer(self, row: sa.Row[Any]) -> Answer:
        headers = tuple((name, value) for name, value in json.loads(row.headers))
        return Answer(row.status, self._opened(row).encode(), headers)

    def _opened(self, row: sa.Row[Any]) -> str:
        body: str = row.body
        return self._seal.open(body, context=row.digest) if self._seal else body

    def _sealed(self, body: str, digest: str) -> str:
        return self._seal.close(body, context=digest) if self._seal else body

    def find_telling(self, told: Sequence[str], *, since: datetime, until: datetime) -> Telling:
        """Look for what `forget_telling` forgets, each piece in a transaction of its own, before anything is locked."""
        with self._database.reading() as connection:
            looked_at = self._database.now(connection)

        def read(query: sa.Select[Any], place: Mapping[str, Any]) -> Sequence[sa.Row[Any]]:
            with self._database.reading() as connection:
                return connection.execute(query, place).all()

        return Telling(tuple(self._telling(told, read, since, until)), looked_at)

    def forget_telling(
        self,
        connection: sa.Connection,
        told: Sequence[str],
        *,
        since: datetime,
        until: datetime,
        found: Telling | None = None,
    ) -> int:
        """Forget what was answered between two instants and tells one of these texts; return how many answers.

        What was `found` of it before is not looked for again: what may have been stored since is.
        """
        if found is not None:
            since = max(since, found.looked_at - STORED_LATE)

        def read(query: sa.Select[Any], place: Mapping[str, Any]) -> Sequence[sa.Row[Any]]:
            return connection.execute(query, place).all()

        telling = {*self._telling(told, read, since, until), *(found.digests if found else ())}
        if not telling:
            return 0
        return connection.execute(self._forget, {"keys": self._database.keys(telling)}).rowcount

    def _telling(
        self, told: Sequence[str], read: _Read, since: datetime, until: datetime
    ) -> Iterator[str]:
        for row in self._stored_between(read, since, until):
            if any(text in self._opened(row) for text in told):
                yield row.digest

    def _stored_between(
        self, read: _Read, since: datetime, until: datetime
    ) -> Iterator[sa.Row[Any]]:
        """Yield what was stored between two instants, of which no more than `LOOKED_THROUGH_AT_ONCE` is in memory."""
        stored_at, digest = self._table.c.stored_at, self._table.c.digest
        query: sa.Select[Any] = (
            sa.select(digest, self._table.c.body, stored_at)
            .where(stored_at >= sa.bindparam("since"), stored_at <= until)
            .where(sa.or_(stored_at > sa.bindparam("since"), digest > sa.bindparam("after")))
            .order_by(stored_at, digest)
            .limit(LOOKED_THROUGH_AT_ONCE)
        )
        after = ""
        while rows := read(query, {"since": since, "after": after}):
            yield from rows
            since, after = rows[-1].stored_at, rows[-1].digest

    def purge(self, connection: sa.Connection, *, before: datetime) -> int:
        """Forget answers stored before an instant, at most `PURGED_AT_ONCE`; return how many went."""
        oldest = (
            sa.select(self._table.c.digest)
            .where(self._table.c.stored_at < before)
            .order_by(self._table.c.stored_at)
            .limit(PURGED_AT_ONCE)
        )
        return connection.execute(
            sa.delete(self._table).where(self._table.c.digest.in_(oldest))
        ).rowcount
