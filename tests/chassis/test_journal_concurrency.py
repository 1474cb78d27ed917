"""A reader that follows `position > last` misses nothing, however many write; the usual designs lose rows."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from chassis.database import Database
from chassis.journal import RecordedEntry
from tests.chassis.tally import TallyHouse, entry, size_of
from tests.chassis.writers import NOTE, NOTES, write_journal
from tests.waiting import lock_waited_for

pytestmark = pytest.mark.xdist_group("processes")
WRITERS = 8
TRANSACTIONS = 20
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Follower:
    """Reads on from where it stands: the journal by position, the notes by the instant that their writers took."""

    def __init__(self, house: TallyHouse) -> None:
        self._house = house
        self.entries: list[RecordedEntry] = []
        self.notes: list[int] = []
        self._position = size_of(house)
        self._instant = LONG_AGO

    def read(self) -> None:
        with self._house.database.reading() as connection:
            entries = self._house.journal.read(connection, after=self._position, limit=1_000)
            notes = connection.execute(
                sa.select(NOTE).where(NOTE.c.taken_at > self._instant).order_by(NOTE.c.taken_at)
            ).all()
        if entries:
            self.entries += entries
            self._position = entries[-1].position
        if notes:
            self.notes += [note.id for note in notes]
            self._instant = notes[-1].taken_at


@contextmanager
def notes_table(house: TallyHouse) -> Iterator[None]:
    owner = Database(house.place.owner, pool_size=1)
    try:
        with owner.writing() as connection:
            NOTES.create_all(connection)
            if owner.dialect == "postgresql":
                connection.execute(sa.text("grant select, insert on note to public"))
                connection.execute(sa.text("grant usage on sequence note_id_seq to public"))
            connection.commit()
        yield
        with owner.writing() as connection:
            NOTES.drop_all(connection)
            connection.commit()
    finally:
        owner.dispose()


def test_eight_writing_processes_leave_no_gap_and_the_reader_misses_nothing_but_by_instant_it_does(
    tally: TallyHouse, processes: ProcessPoolExecutor, tmp_path: Path
) -> None:
    (tmp_path / "meeting").mkdir()
    began = size_of(tally)
    with notes_table(tally):
        follower = Follower(tally)
        writing = [
            processes.submit(
                write_journal,
                tally.place,
                writer=writer,
                writers=WRITERS,
                transactions=TRANSACTIONS,
                folder=tmp_path,
            )
            for writer in range(WRITERS)
        ]
        written = follow_until_written(follower, writing, passed=tmp_path / "passed")
        with tally.database.reading() as connection:
            notes = connection.execute(sa.select(sa.func.count()).select_from(NOTE)).scalar_one()

    seen = follower.entries
    assert [e.position for e in seen] == list(range(began + 1, began + written + 1))
    assert len({e.body_text for e in seen}) == written
    for writer in range(WRITERS):
        own = [(e.body["number"], e.body["part"]) for e in seen if e.body["writer"] == writer]
        assert own == sorted(own)
    instants = [e.recorded_at for e in seen]
    assert instants == sorted(instants)
    assert notes == WRITERS * TRANSACTIONS
    assert len(set(follower.notes)) < notes


def follow_until_written(follower: Follower, writing: list[Future[int]], *, passed: Path) -> int:
    """Follow while the processes write, and once more after the last; return how many entries they wrote."""
    until = time.monotonic() + 60
    while not all(future.done() for future in writing):
        assert time.monotonic() < until
        follower.read()
        if follower.notes:
            passed.touch()
        time.sleep(0.002)
    follower.read()
    return sum(future.result() for future in writing)


def test_whoever_comes_first_to_the_journal_is_first_in_it_even_when_it_commits_late(
    tally: TallyHouse,
) -> None:
    began = size_of(tally)
    late = threading.Thread(target=append_one, args=(tally, "late"))
    with tally.database.writing() as early:
        tally.journal.append(early, [entry("early")], now=tally.database.now(early))
        late.start()
        lock_waited_for(tally.database)
        with tally.database.reading() as connection:
            assert tally.journal.read(connection, after=began, limit=10) == []
        early.commit()
    late.join()
    with tally.database.reading() as connection:
        read = tally.journal.read(connection, after=began, limit=10)
    assert [(e.position, e.kind) for e in read] == [(began + 1, "early"), (began + 2, "late")]


def append_one(house: TallyHouse, kind: str) -> None:
    house.transactions.run(
        lambda connection: house.journal.append(
            connection, [entry(kind)], now=house.database.now(connection)
        )
    )


def test_the_same_interleaving_loses_a_row_where_ids_come_from_a_sequence(
    postgres_tally: TallyHouse,
) -> None:
    house, now = postgres_tally, datetime.now(UTC)
    by_id = sa.select(NOTE.c.id).order_by(NOTE.c.id)
    insert = sa.insert(NOTE).values(taken_at=now, writer=1)
    with notes_table(house):
        with house.database.writing() as early:
            early.execute(insert)
            with house.database.writing() as late:
                late.execute(insert)
                late.commit()
            with house.database.reading() as connection:
                seen = list(connection.execute(by_id).scalars())
            early.commit()
        with house.database.reading() as connection:
            seen += connection.execute(by_id.where(NOTE.c.id > seen[-1])).scalars()
            there = connection.execute(by_id).scalars().all()
    assert len(there) == 2
    assert seen == [2]
