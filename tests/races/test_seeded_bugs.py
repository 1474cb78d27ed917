"""Careless parts in a real service over a real database: for what callers are told then there is no order."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from chassis.identifiers import new_id
from services.enrolment.service import EnrolmentService, open_service
from tests.races import careless_parts as careless
from tests.races.deeds import Deeds
from tests.races.history import Kind, Operation, Record, read_record
from tests.races.smallest import judge, smallest_part
from tests.races.storm import recorded, storm
from tests.races.storming import SEATS, calm_after, new_field
from tests.services.enrolment.contender import Contest, database_of, without_locks
from tests.services.enrolment.house import House, settings_for
from tests.services.enrolment.test_race import drop_the_check

OPERATIONS = 200

BUGS: list[Callable[[EnrolmentService], Deeds]] = [
    careless.oversells,
    careless.keeps_seats_free,
    careless.loses_what_it_confirmed,
    careless.refuses_what_it_did,
    careless.does_it_again,
    careless.keeps_the_seats_of_who_left,
    careless.passes_news_over,
    careless.ReadsTheLastTime,
]


def history_of(
    house: House, folder: Path, deeds_of: Callable[[EnrolmentService], Deeds]
) -> list[Operation]:
    """Storm one class by the threads of this process, and return what came of it."""
    field = new_field(house, folder, classes=1)
    part = replace(field.part(OPERATIONS, 1, 0, "seeded"), callers=8)
    deeds = deeds_of(house.service)
    try:
        storm(part, deeds)
    finally:
        if deeds.service.enrolments is not house.service.enrolments:
            deeds.service.enrolments.close()
    found = read_record(Path(part.record))
    return [*found, *calm_after(field, found, random.Random("seeded"))]


def test_over_the_service_as_it_is_there_is_an_order(house: House, tmp_path: Path) -> None:
    assert judge(history_of(house, tmp_path, Deeds), seats=SEATS).is_linearizable
    assert house.differences() == []


@pytest.mark.parametrize("bug", BUGS)
def test_over_a_careless_part_there_is_none(
    house: House, tmp_path: Path, bug: Callable[[EnrolmentService], Deeds]
) -> None:
    found = history_of(house, tmp_path, bug)
    assert not judge(found, seats=SEATS).is_linearizable
    part = smallest_part(found, seats=SEATS)
    assert not judge(part, seats=SEATS).is_linearizable
    assert len(part) < len(found) / 2


@pytest.mark.parametrize("locks", [True, False])
def test_who_enrols_without_a_lock_sells_the_last_seat_twice(
    house: House, tmp_path: Path, locks: bool
) -> None:
    if not locks:
        drop_the_check(house)
    class_id = house.put_class(declared_seats=1)
    cards = [card.card_ref for card in house.award_many(2)]
    record = Record(tmp_path / "record")

    def take(number: int) -> None:
        address, folder = house.places.application, str(tmp_path)
        contest = Contest(address, class_id, cards, folder, number, 2, locks=locks, checks=locks)
        database = database_of(contest)
        service = open_service(settings_for(contest.address), database)
        service = service if locks else without_locks(service, contest)
        wish = Operation(
            class_id, Kind.ENROL, card=cards[number], key=f"key {number}", enrolment=new_id()
        )
        recorded(wish, Deeds(service), record)
        service.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(take, range(2)))
    recorded(Operation(class_id, Kind.ROSTER), Deeds(house.service), record)
    found = read_record(tmp_path / "record")
    assert [each.outcome is None for each in found] == [False] * 3
    assert judge(found, seats=1).is_linearizable is locks
