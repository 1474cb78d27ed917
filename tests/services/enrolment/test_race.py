"""Eight seats and two hundred who want one: eight get it. With the guards taken away, more do."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.enrolment.storage.tables.seats import ENROLMENT
from tests.services.enrolment.contender import Contest, as_input, contend
from tests.services.enrolment.house import House

SEATS = 8
HOLDERS = 200
CONTENDERS = 2
Fight = Callable[[Sequence[Contest]], list[Counter[str]]]


def contests(
    house: House,
    folder: Path,
    *,
    holders: int = HOLDERS,
    locks: bool = True,
    checks: bool = True,
) -> list[Contest]:
    """Give each contender an equal part of the holders."""
    class_id = house.put_class(declared_seats=SEATS)
    refs = [card.card_ref for card in house.award_many(holders)]
    return [
        Contest(
            address=house.places.application,
            class_id=class_id,
            card_refs=refs[number::CONTENDERS],
            folder=str(folder),
            number=number,
            of=CONTENDERS,
            locks=locks,
            checks=checks,
        )
        for number in range(CONTENDERS)
    ]


def as_processes(fighting: Sequence[Contest]) -> list[Counter[str]]:
    """Let each contender be a process of its own."""
    command = [sys.executable, "-m", "tests.services.enrolment.contender"]
    running = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in fighting
    ]
    for process, contest in zip(running, fighting, strict=True):
        assert process.stdin is not None
        process.stdin.write(as_input(contest))
        process.stdin.close()
        process.stdin = None
    said = [process.communicate(timeout=60)[0] for process in running]
    assert [process.returncode for process in running] == [0] * len(running)
    return [Counter(json.loads(text.splitlines()[-1])) for text in said]


def as_threads(fighting: Sequence[Contest]) -> list[Counter[str]]:
    """Let each contender be a thread with connections of its own."""
    with ThreadPoolExecutor(len(fighting)) as pool:
        return list(pool.map(contend, fighting))


@pytest.fixture
def fight(dialect: str) -> Fight:
    """PostgreSQL serves any number of processes, SQLite the threads of one."""
    return as_processes if dialect == "postgresql" else as_threads


def seats_given(house: House, class_id: str) -> int:
    with house.service.database.reading() as connection:
        live = sa.and_(ENROLMENT.c.class_id == class_id, ENROLMENT.c.live_slot.is_not(None))
        return int(connection.execute(sa.select(sa.func.count()).where(live)).scalar_one())


def drop_the_check(house: House) -> None:
    """Let the database itself allow more held seats than there are (on SQLite each contender does so)."""
    if house.service.database.dialect == "postgresql":
        with house.as_owner() as connection:
            for constraint in ("class_never_oversold", "class_keeps_offered_seats"):
                connection.execute(
                    sa.text(f"alter table training_class drop constraint {constraint}")
                )


def test_exactly_as_many_get_a_seat_as_there_are_seats(
    house: House, fight: Fight, tmp_path: Path
) -> None:
    fighting = contests(house, tmp_path)
    outcomes = sum(fight(fighting), Counter())
    assert outcomes == {"confirmed": SEATS, "class-full": HOLDERS - SEATS}
    assert seats_given(house, fighting[0].class_id) == SEATS
    assert house.differences() == []


def test_without_locks_the_database_alone_still_sells_no_seat_twice(
    house: House, tmp_path: Path
) -> None:
    fighting = contests(house, tmp_path, holders=40, locks=False)
    outcomes = sum(as_threads(fighting), Counter())
    assert outcomes["confirmed"] == seats_given(house, fighting[0].class_id)
    assert 0 < outcomes["confirmed"] <= SEATS


def test_without_locks_and_without_the_check_the_class_is_oversold(
    house: House, fight: Fight, tmp_path: Path
) -> None:
    drop_the_check(house)
    fighting = contests(house, tmp_path, locks=False, checks=False)
    outcomes = sum(fight(fighting), Counter())
    assert outcomes["confirmed"] == seats_given(house, fighting[0].class_id)
    assert outcomes["confirmed"] > SEATS
