"""A journal of a hundred thousand entries, read through the gateway to its end, slowly, and not to its end."""

from __future__ import annotations

import csv
import http.client
import io
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import pytest
import sqlalchemy as sa

from chassis.database import Database
from chassis.journal import MOST_AT_ONCE, Entry, Journal
from chassis.pooler import as_libpq_knows_it
from services.enrolment.storage.tables.journal import JOURNAL
from tests.bench.memory import own_megabytes
from tests.journeys.enrolling import check_each_stands_once, enrolments
from tests.journeys.load import Load
from tests.journeys.processes import open_files
from tests.journeys.world import World
from tests.waiting import eventually

ENTRIES = 100_000
BLOCK = 64 * 1024
MOST_GROWTH = 60.0
"""MB that serving an export may add to a process, for the blocks under way; a whole one is far larger in any form."""

REASON = " ".join(["Untuk mengisi jurnal dengan baris yang panjang."] * 12)

SERVING = ("gateway", "enrolment")


@pytest.fixture
def long_journal(rough_world: World) -> World:
    """A system in whose enrolment journal at least a hundred thousand entries stand."""
    database = Database(rough_world.system.databases["enrolment"].application, pool_size=1)
    journal = Journal(database, JOURNAL)
    with database.reading() as connection:
        missing = ENTRIES - journal.head(connection).size
    for _ in range(0, missing, MOST_AT_ONCE):
        with database.writing() as connection:
            entries = [_entry() for _ in range(MOST_AT_ONCE)]
            journal.append(connection, entries, now=database.now(connection))
            connection.commit()
    database.dispose()
    return rough_world


def _entry() -> Entry:
    return Entry(
        kind="roster-read",
        actor="journey:provider",
        role="provider",
        request_id=str(uuid.uuid4()),
        subjects={"class_id": str(uuid.uuid4()), "provider_id": str(uuid.uuid4())},
        body={"people": 0, "reason": REASON},
    )


@dataclass
class Export:
    """An export under way."""

    request_id: str
    answer: http.client.HTTPResponse

    def is_over(self, world: World) -> bool:
        """Tell whether the gateway has written down that it is done with this."""
        return self.request_id in world.system.log_of("gateway")


@contextmanager
def _export(world: World, media_type: str) -> Iterator[Export]:
    """Begin an export, and leave it as it stands when the block ends."""
    request_id = str(uuid.uuid4())
    connection = http.client.HTTPConnection("127.0.0.1", world.port, timeout=60)
    headers = {
        "Authorization": f"Bearer {world.auditor.token}",
        "Accept": media_type,
        "X-Request-Id": request_id,
    }
    connection.request("GET", "/api/v1/log/entries", headers=headers)
    answer = connection.getresponse()
    try:
        assert answer.status == 200
        yield Export(request_id, answer)
    finally:
        answer.close()
        connection.close()


@pytest.mark.parametrize("media_type", ["text/csv", "application/jsonl", "application/json"])
def test_an_export_streams_from_its_first_entry_to_its_last_without_being_gathered_anywhere(
    long_journal: World, media_type: str
) -> None:
    world = long_journal
    size = world.auditor.read("/consistency")["checked"]["journal_entries"]
    before = {name: own_megabytes(world.worker(name)) for name in SERVING}
    growth = 0.0
    with _export(world, media_type) as export:
        blocks = [export.answer.read(BLOCK)]
        assert not export.is_over(world), "the first bytes come while the rest is still being read"
        while block := export.answer.read(16 * BLOCK):
            blocks.append(block)
            growth = max(growth, *(own_megabytes(world.worker(n)) - before[n] for n in SERVING))
    body = b"".join(blocks)
    assert _positions(body, media_type) == list(range(1, size + 1))
    assert growth < MOST_GROWTH < len(body) / 1e6
    eventually(lambda: export.is_over(world), what="the export is noted as done")


def _positions(body: bytes, media_type: str) -> list[int]:
    """Read which entries an export holds."""
    text = body.decode()
    if media_type == "text/csv":
        return [int(row["position"]) for row in csv.DictReader(io.StringIO(text))]
    if media_type == "application/jsonl":
        return [json.loads(line)["position"] for line in text.splitlines()]
    return [entry["position"] for entry in json.loads(text)["items"]]


def test_while_a_reader_is_slow_nothing_is_held_open_in_the_database_and_others_enrol(
    long_journal: World,
) -> None:
    world = long_journal
    offer = world.offer(seats=40)
    writes = enrolments(world, offer, world.card_refs(32))
    with _export(world, "application/jsonl") as export:
        seen = export.answer.read(BLOCK).count(b"\n")
        eventually(lambda: _holds_nothing_open(world), what="the database is left alone")
        outcomes = Load(world.system.address, writes).finish()
        assert not export.is_over(world)
        while block := export.answer.read(16 * BLOCK):
            seen += block.count(b"\n")
    check_each_stands_once(world, offer, outcomes)
    first_of_them = min(json.loads(outcome.body)["position"] for outcome in outcomes)
    assert seen < first_of_them, "an export ends where the journal ended when it began"


def test_exports_that_are_abandoned_leave_nothing_open_and_others_their_place(
    long_journal: World,
) -> None:
    world = long_journal
    with _export(world, "text/csv") as export:
        while export.answer.read(16 * BLOCK):
            pass
    usual = {name: open_files(world.worker(name)) for name in SERVING}
    for media_type in ("text/csv", "application/jsonl", "application/json") * 4:
        with _export(world, media_type) as abandoned:
            abandoned.answer.read(BLOCK)
        eventually(lambda: abandoned.is_over(world), what="the gateway has let go")
    for name in SERVING:
        # A pool may have opened a connection or two meanwhile, of up to three files each; twelve leaks would show.
        enough = partial(_has_few_files, world, name, usual[name] + 6)
        eventually(enough, what=f"{name} let go")
    eventually(lambda: _holds_nothing_open(world), what="the database is left alone")
    assert len(world.auditor.read("/log/entries?limit=10")["items"]) == 10


def _has_few_files(world: World, name: str, most: int) -> bool:
    return open_files(world.worker(name)) <= most


def _holds_nothing_open(world: World) -> bool:
    """Tell whether no transaction is open in enrolment's database, so that it can tidy up."""
    # As the application: to other roles the server does not tell what its sessions do.
    address = sa.make_url(world.system.databases["enrolment"].application)
    engine = sa.create_engine(as_libpq_knows_it(address))
    try:
        with engine.connect() as connection:
            if world.system.dialect == "sqlite":
                busy, _, _ = connection.exec_driver_sql("pragma wal_checkpoint(truncate)").one()
                return bool(busy == 0)
            sessions, within = connection.exec_driver_sql(
                "select count(*), count(xact_start) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
                " and usename = current_user"
            ).one()
            assert sessions > 0, "the service is not seen"
            return bool(within == 0)
    finally:
        engine.dispose()
