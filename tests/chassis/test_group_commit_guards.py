"""Each guard against overselling is seen to work, by what happens once it is switched off."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest
import sqlalchemy as sa

from chassis.database import Database
from deploy.local.databases import ServiceDatabase
from services.enrolment.domain.programme.check import Check
from services.enrolment.domain.seats import entitlement
from tests.chassis.batches import all_at_once, codes, told
from tests.chassis.seats import SeatHouse, open_seats

SEATS = 3
CALLERS = 8


@pytest.fixture
def rule_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the rules admit everybody, however full the class is."""
    monkeypatch.setattr(entitlement, "_seat_free", lambda _: Check("seat-free", {}))


OVERSELLING = ("class_never_oversold", "class_keeps_offered_seats")
"""What keeps a class from it: the second looks at the seats that are offered, too."""


@contextmanager
def constraint_switched_off(house: SeatHouse) -> Iterator[SeatHouse]:
    """Take the constraint away as well, and give the service on what is left."""
    if house.database.dialect == "postgresql":
        owner = Database(house.place.owner, pool_size=1)
        with owner.writing() as connection:
            for constraint in OVERSELLING:
                connection.execute(
                    sa.text(f"alter table training_class drop constraint {constraint}")
                )
            connection.commit()
        owner.dispose()
    unguarded = house.through(house.place.application)
    if house.database.dialect == "sqlite":
        sa.event.listen(
            unguarded.database.engine,
            "connect",
            lambda connection, _: connection.execute("PRAGMA ignore_check_constraints=ON"),
        )
    yield unguarded
    unguarded.database.dispose()


def everybody_at_once(house: SeatHouse, class_id: str) -> list[str]:
    """Let more cards than there are seats enrol through two group commits, as two processes would."""
    groups = [house.batches().group, house.batches().group]
    calls = [house.call(card, class_id) for card in house.new_cards(CALLERS)]
    outcomes = all_at_once(
        [partial(told, groups[number % 2], call) for number, call in enumerate(calls)]
    )
    for group in groups:
        group.close()
    return sorted(codes(outcomes))


def test_with_rule_and_constraint_the_seats_are_given_and_the_rest_is_refused(
    seats: SeatHouse,
) -> None:
    class_id = seats.new_class(seats=SEATS)
    refused = CALLERS - SEATS
    assert everybody_at_once(seats, class_id) == ["201"] * SEATS + ["class-full"] * refused
    assert seats.held(class_id) == len(seats.enrolled(class_id)) == SEATS


@pytest.mark.usefixtures("rule_switched_off")
def test_without_the_rule_the_database_still_refuses_to_oversell(seats: SeatHouse) -> None:
    class_id = seats.new_class(seats=SEATS)
    refused = CALLERS - SEATS
    assert everybody_at_once(seats, class_id) == ["201"] * SEATS + ["internal-error"] * refused
    assert seats.held(class_id) == len(seats.enrolled(class_id)) == SEATS
    assert seats.differences() == []


def test_many_classes_and_few_cards_at_once_oversell_nothing_and_differ_nowhere(
    seats: SeatHouse,
) -> None:
    classes = [seats.new_class(seats=2) for _ in range(6)]
    cards = seats.new_cards(10)
    dice = random.Random(7)
    groups = [seats.batches().group, seats.batches().group]
    calls = [seats.call(dice.choice(cards), dice.choice(classes)) for _ in range(60)]
    outcomes = all_at_once([partial(told, dice.choice(groups), call) for call in calls])
    for group in groups:
        group.close()
    assert set(codes(outcomes)) <= {
        "201",
        "class-full",
        "already-enrolled",
        "enrolment-in-progress",
    }
    assert codes(outcomes).count("201") == sum(seats.held(class_id) for class_id in classes)
    assert all(seats.held(class_id) <= 2 for class_id in classes)
    assert seats.differences() == []


@pytest.mark.usefixtures("rule_switched_off")
def test_without_rule_and_constraint_it_oversells_and_is_seen(
    provision: Callable[[str], ServiceDatabase],
) -> None:
    guarded = open_seats(provision("services.enrolment"))
    class_id = guarded.new_class(seats=SEATS)
    with constraint_switched_off(guarded) as house:
        assert everybody_at_once(house, class_id) == ["201"] * CALLERS
    assert guarded.held(class_id) == CALLERS
    found = {(difference["what"], difference["id"]) for difference in guarded.differences()}
    assert ("oversold", class_id) in found
    guarded.database.dispose()
