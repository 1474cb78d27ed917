"""Processes race for the seats of a class through a pooler: nobody gets one that is not there.

With the guards taken away somebody does: `tests.services.enrolment.test_race`, which `make test-pooler` sends through a
pooler as well, and here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import DatabaseMaker
from tests.pgbouncer import OpenPooler
from tests.services.enrolment.contender import Contest
from tests.services.enrolment.house import House, house_on
from tests.services.enrolment.test_race import as_processes, drop_the_check, seats_given

PROCESSES = 3
HOLDERS = 60
CONNECTIONS = 2 * PROCESSES
"""Of PostgreSQL, for all that the processes open: each batch has one, also while it waits for another's lock."""


@pytest.fixture
def house(database_maker: DatabaseMaker, pooler_with: OpenPooler) -> Iterator[House]:
    """Enrolment behind a pooler that has few connections to give."""
    with pooler_with(default_pool_size=CONNECTIONS, query_wait_timeout=30) as pooler:
        migrated = database_maker.migrated("postgresql", "services.enrolment")
        with house_on(pooler.before_application(migrated)) as opened:
            yield opened


def race(house: House, folder: Path, *, seats: int, guarded: bool) -> tuple[Counter[str], int]:
    """Let every process ask for its part of the holders; return how that ended, and how many seats are held."""
    class_id = house.put_class(declared_seats=seats)
    refs = [card.card_ref for card in house.award_many(HOLDERS)]
    outcomes = as_processes(
        [
            Contest(
                address=house.places.application,
                class_id=class_id,
                card_refs=refs[number::PROCESSES],
                folder=str(folder),
                number=number,
                of=PROCESSES,
                locks=guarded,
                checks=guarded,
            )
            for number in range(PROCESSES)
        ]
    )
    return sum(outcomes, Counter()), seats_given(house, class_id)


@pytest.mark.parametrize("seats", [1, 8])
def test_as_many_get_a_seat_as_there_are(house: House, tmp_path: Path, seats: int) -> None:
    outcomes, given = race(house, tmp_path, seats=seats, guarded=True)
    assert outcomes == {"confirmed": seats, "class-full": HOLDERS - seats}
    assert given == seats
    assert house.differences() == []


@pytest.mark.parametrize("seats", [1, 8])
def test_without_guards_more_do(house: House, tmp_path: Path, seats: int) -> None:
    drop_the_check(house)
    outcomes, given = race(house, tmp_path, seats=seats, guarded=False)
    assert given == outcomes["confirmed"] > seats
