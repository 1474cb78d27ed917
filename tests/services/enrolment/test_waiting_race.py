"""Who waited for a card decides by what stands when the wait is over: a class called off or moved, a holder who moved.

SQLite lets one transaction in after the other, so nobody reads anything before the wait; the twins show on both
databases what becomes of somebody who did.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.database import Database
from chassis.identity import Principal
from services.enrolment.domain.programme.card import Card
from services.enrolment.domain.seats.training_class import TrainingClass
from services.enrolment.storage.cards import CardStore
from services.enrolment.storage.classes import ClassCopy, ClassStore
from services.enrolment.use_cases.programme.move_holder import MoveHolder, move_holder
from tests.chassis.problem_documents import code
from tests.services.enrolment.api.test_moving import BANDUNG, JAYAPURA, WHY, move, shown
from tests.services.enrolment.careless import careless_service
from tests.services.enrolment.house import DAY, House, document
from tests.services.enrolment.people import HeldCard
from tests.services.enrolment.teaching import Taught, held, taught
from tests.services.enrolment.waiting import Change, judging, while_a_card_is_held

MAKASSAR = "73.71"


class ReadOnce(ClassStore):
    """Classes that nobody reads again."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.was_read = threading.Event()
        self._known: dict[str, TrainingClass | None] = {}

    def read(self, connection: sa.Connection, class_id: str) -> TrainingClass | None:
        if class_id not in self._known:
            self._known[class_id] = super().read(connection, class_id)
        self.was_read.set()
        return self._known[class_id]


class LivingWhereRead(CardStore):
    """Cards of whose holders nobody looks again where they live."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.was_read = threading.Event()
        self._known: dict[str, str] = {}

    def read(self, connection: sa.Connection, card_ref: str) -> Card | None:
        card = super().read(connection, card_ref)
        assert card is not None
        self._known[card_ref] = card.region
        self.was_read.set()
        return card

    def lock(self, connection: sa.Connection, card_refs: Sequence[str]) -> dict[str, Card]:
        found = super().lock(connection, card_refs)
        return {ref: replace(card, region=self._known[ref]) for ref, card in found.items()}


def telling(of: Taught, **changes: Any) -> Change:
    """Return how the catalogue tells something else of a class."""
    house = of.house
    values = house.class_values(**{"provider_id": of.provider_id, **held(), **changes})
    copy = ClassCopy(of.class_id, values)
    return lambda connection: house.service.stores.classes.put(connection, [copy])


CALLED_OFF = {"status": "cancelled", "reason": "Pelatih sakit"}
MOVED = held(-DAY)


@pytest.mark.parametrize(
    ("changes", "refusal"), [(CALLED_OFF, "state-conflict"), (MOVED, "training-not-over")]
)
@pytest.mark.parametrize("whole_class", [False, True])
def test_a_class_that_changes_while_who_judges_waits_is_judged_as_it_is_then(
    house: House, changes: dict[str, Any], refusal: str, whole_class: bool
) -> None:
    of = taught(house)
    of.came(0, 1)
    judge = of.judge_all if whole_class else of.judge
    answer = while_a_card_is_held(house, of.cards[0], telling(of, **changes), judge)
    if whole_class:
        [refused] = document(answer)["refused"]
        assert refused["code"] == refusal
    else:
        assert code(answer) == (409, refusal)
    assert of.state() == "active"
    assert of.card()["status"] == "in_training"
    assert house.differences() == []


def test_if_nobody_read_the_class_again_money_of_a_class_that_was_called_off_would_be_the_states(
    house: House,
) -> None:
    of = taught(house)
    of.came(0, 1)
    careless = careless_service(house)
    classes = ReadOnce(careless.database)
    stores = replace(careless.stores, classes=classes)
    judge = judging(of, careless, stores)

    change = telling(of, **CALLED_OFF)
    told = while_a_card_is_held(house, of.cards[0], change, judge, begun=classes.was_read)
    careless.database.dispose()
    [given] = told.given
    assert given.result.returned > 0
    assert of.state() == "incomplete"


def moved_by_an_operator(house: House, card: HeldCard) -> Change:
    operator = Principal("operator:1", "operator", None, None, None, expires_at=0)
    command = MoveHolder(card.card_number, JAYAPURA, WHY["reason"], operator, "request-1")
    return lambda connection: move_holder(connection, command, stores=house.service.stores)


def test_an_officer_who_waits_while_a_holder_leaves_the_region_finds_no_such_card(
    house: House,
) -> None:
    card = house.award(regency=BANDUNG)

    def wait_and_move() -> Any:
        return move(house, card, to=MAKASSAR, role="officer", region="32")

    answer = while_a_card_is_held(house, card, moved_by_an_operator(house, card), wait_and_move)
    assert code(answer) == (404, "card-not-found")
    assert shown(house, card)["region"] == JAYAPURA
    assert house.differences() == []


def test_if_nobody_looked_again_an_officer_would_move_a_holder_of_another_region(
    house: House,
) -> None:
    card = house.award(regency=BANDUNG)
    careless = careless_service(house)
    cards = LivingWhereRead(careless.database)
    stores = replace(careless.stores, cards=cards)
    officer = Principal("officer:1", "officer", None, None, "32", expires_at=0)
    command = MoveHolder(card.card_number, MAKASSAR, WHY["reason"], officer, "request-2")

    def wait_and_move() -> Any:
        return careless.transactions.run(
            lambda connection: move_holder(connection, command, stores=stores)
        )

    change = moved_by_an_operator(house, card)
    while_a_card_is_held(house, card, change, wait_and_move, begun=cards.was_read)
    careless.database.dispose()
    assert shown(house, card)["region"] == MAKASSAR
    assert house.entries()[-1]["body"]["from"] == BANDUNG
