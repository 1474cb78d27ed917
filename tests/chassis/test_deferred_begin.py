"""Why a write on SQLite begins with `BEGIN IMMEDIATE`: two who read first and write later lose an update, or fail."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing, suppress
from dataclasses import replace
from functools import partial

import pytest
import sqlalchemy as sa

from chassis.identifiers import new_id
from tests.chassis.batches import all_at_once
from tests.chassis.tally import TALLY, TallyHouse, count_of, set_up
from tests.services.enrolment.contender import CarelessDatabase

MEETING_SECONDS = 1


def count_up(house: TallyHouse, name: str, met: threading.Barrier) -> str:
    """Read, meet whoever has read the same, and write one more; whoever reads alone gives the meeting up."""
    with house.database.writing() as connection:
        query = sa.select(TALLY.c.count).where(TALLY.c.name == name)
        read = connection.execute(query).scalar_one()
        meet(met)
        connection.execute(sa.update(TALLY).where(TALLY.c.name == name).values(count=read + 1))
        connection.commit()
    return "done"


def meet(met: threading.Barrier) -> None:
    with suppress(threading.BrokenBarrierError):
        met.wait(MEETING_SECONDS)


def test_who_begins_at_once_reads_what_the_other_wrote(sqlite_tally: TallyHouse) -> None:
    name, met = set_up(sqlite_tally, new_id()), threading.Barrier(2)
    assert all_at_once([partial(count_up, sqlite_tally, name, met)] * 2) == ["done"] * 2
    assert count_of(sqlite_tally, name) == 2


def test_where_the_transaction_begins_with_the_first_change_an_update_is_lost(
    sqlite_tally: TallyHouse,
) -> None:
    name, met = set_up(sqlite_tally, new_id()), threading.Barrier(2)
    careless = CarelessDatabase(sqlite_tally.place.application, checks=True)
    house = replace(sqlite_tally, database=careless)
    assert all_at_once([partial(count_up, house, name, met)] * 2) == ["done"] * 2
    careless.dispose()
    assert count_of(sqlite_tally, name) == 1


def test_with_a_deferred_begin_the_second_fails_however_patient_it_is(
    sqlite_tally: TallyHouse,
) -> None:
    name = set_up(sqlite_tally, new_id())
    path = sqlite_tally.place.application.removeprefix("sqlite:///")
    read, more = (
        "select count from tally where name = ?",
        "update tally set count = ? where name = ?",
    )
    first, second = (sqlite3.connect(path, isolation_level=None, timeout=20) for _ in range(2))
    with closing(first), closing(second):
        for connection in (first, second):
            connection.execute("begin deferred")
            assert connection.execute(read, [name]).fetchone() == (0,)
        first.execute(more, [1, name])
        first.execute("commit")
        with pytest.raises(sqlite3.OperationalError, match="database is locked"):
            second.execute(more, [1, name])
    assert count_of(sqlite_tally, name) == 1
