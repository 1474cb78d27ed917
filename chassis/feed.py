"""The feed by which other services follow this one's journal. It is not routed to the outside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import marshmallow as ma
import sqlalchemy as sa

from chassis.calls import Call
from chassis.clock import write_instant
from chassis.endpoints import Endpoint, Endpoints
from chassis.fields import QueryWhole, Reference, Strict
from chassis.idempotency import Answer
from chassis.journal import HasJournal, Journal, RecordedEntry
from chassis.problems import Problem

MOST = 500
MOST_BYTES = 1_000_000
"""What the entries of one page weigh at most, as they are sent. One that weighs more by itself is a page by itself."""

_READ_AT_ONCE = 50


class JournalDiverged(Problem):
    code = "journal-diverged"
    status = 409
    title = "This journal is not the one you followed"
    meaning = (
        "The entry that the follower applied last does not stand in this journal any more. Only "
        "services of the product meet this."
    )
    default_detail = (
        "The source was restored or replaced. The follower must be rebuilt from position 0."
    )


class FeedQuery(Strict):
    """Where to go on, and what the follower believes stands there."""

    after = QueryWhole(load_default=0)
    limit = QueryWhole(least=1, most=MOST, load_default=MOST)
    epoch = Reference(load_default=None)
    digest = ma.fields.String(load_default=None, validate=ma.validate.Regexp(r"\A[0-9a-f]{64}\Z"))


def feed_endpoints(*, allow: tuple[str, ...]) -> list[Endpoint[Any]]:
    """Declare the feed for a service that has a journal."""
    endpoints: Endpoints[HasJournal] = Endpoints()

    @endpoints.get("/internal/feed", allow=allow, query=FeedQuery)
    def feed(call: Call, house: HasJournal) -> Answer:
        """Tell a follower what comes after a position, if this is still the journal that it followed."""
        after: int = call.query["after"]
        with house.database.reading() as connection:
            head = house.journal.head(connection)
            if call.query["epoch"] is not None:
                held = house.journal.read(connection, after=after - 1, limit=1) if after > 0 else []
                same_entry = not held or held[0].digest() == call.query["digest"]
                if call.query["epoch"] != head.epoch or after > head.size or not same_entry:
                    raise JournalDiverged
            entries = _page(house.journal, connection, after=after, limit=call.query["limit"])
        return Answer(
            200,
            b'{"epoch":%b,"size":%d,"entries":[%b]}'
            % (_written(head.epoch), head.size, b",".join(entries)),
        )

    return endpoints.all


def _page(journal: Journal, connection: sa.Connection, *, after: int, limit: int) -> list[bytes]:
    """Take entries after a position, as they are sent, as far as number and bytes allow, but the first in any case."""
    page: list[bytes] = []
    room = MOST_BYTES
    for entry in _entries(journal, connection, after=after, limit=limit):
        written = _written(_document(entry))
        room -= len(written) + 1
        if page and room < 0:
            break
        page.append(written)
    return page


def _written(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _entries(
    journal: Journal, connection: sa.Connection, *, after: int, limit: int
) -> Iterator[RecordedEntry]:
    """Read few at a time, since nobody knows what they weigh until they are read."""
    until = after + limit
    while after < until:
        part = journal.read(connection, after=after, limit=min(_READ_AT_ONCE, until - after))
        if not part:
            return
        yield from part
        after = part[-1].position


def _document(entry: RecordedEntry) -> dict[str, Any]:
    return {
        "position": entry.position,
        "recorded_at": write_instant(entry.recorded_at),
        "kind": entry.kind,
        "actor": entry.actor,
        "role": entry.role,
        "request_id": entry.request_id,
        "rule_version": entry.rule_version,
        "body_text": entry.body_text,
        **entry.subjects,
    }
