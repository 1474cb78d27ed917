"""A training ends while the pause of enrolments does: its next clock is as of what stands then; with a twin."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from chassis.clock import write_instant
from chassis.database import Database
from chassis.identity import Principal
from services.enrolment.domain.programme.card import Card
from services.enrolment.storage.cards import CardStore, card_of
from services.enrolment.use_cases.learning.give_results import GiveResult, give_results_of_class
from services.enrolment.use_cases.programme.give_days_back import give_days_back
from tests.services.enrolment.api.test_days_of_pauses import midnight, paused
from tests.services.enrolment.careless import careless_service
from tests.services.enrolment.house import DAY, House, document
from tests.services.enrolment.teaching import Taught, taught
from tests.services.enrolment.waiting import Change, while_a_card_is_held

AGO = 5 * DAY


class PausesReadFirst(CardStore):
    """Cards of which somebody looks what stops their clocks before they are locked."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.was_read = threading.Event()

    def lock(self, connection: sa.Connection, card_refs: Sequence[str]) -> dict[str, Card]:
        pauses = self._pauses.in_force(connection)
        self.was_read.set()
        rows = connection.execute(self._lock, {"keys": self._database.keys(card_refs)})
        return {row.card_ref: card_of(row, pauses) for row in rows}


def came_in_a_pause(house: House) -> tuple[Taught, Change]:
    """Return a training whose result is waited for in a pause that an operator has ended, and the end of that."""
    of = taught(house)
    of.came()
    pause_id = paused(house, ago=AGO)
    document(house.post(f"/pauses/{pause_id}/end", {"reason": "Selesai"}, "operator"))
    stores = house.service.stores
    return of, lambda connection: give_days_back(
        connection, pause_id, request_id="-", stores=stores
    )


def test_a_training_that_ends_as_the_pause_does_leaves_the_whole_of_the_next_clock(
    house: House,
) -> None:
    of, over = came_in_a_pause(house)
    document(while_a_card_is_held(house, of.cards[0], over, of.judge))
    assert of.card()["deadline"] is not None
    assert _days_left(of) == 15
    assert house.differences() == []


def test_if_pauses_were_read_before_the_lock_days_would_be_lost(house: House) -> None:
    of, over = came_in_a_pause(house)
    careless = careless_service(house)
    cards = PausesReadFirst(careless.database)
    stores = replace(careless.stores, cards=cards)
    provider = Principal("staff:1", "provider", of.provider_id, None, None, expires_at=0)
    command = GiveResult(None, provider, "request-1")

    def judge() -> Any:
        return careless.transactions.run(
            lambda connection: give_results_of_class(
                connection, of.class_id, command, after=None, stores=stores
            )
        )

    while_a_card_is_held(house, of.cards[0], over, judge, begun=cards.was_read)
    careless.database.dispose()
    assert _days_left(of) == 15 - AGO // DAY


def _days_left(of: Taught) -> int:
    """Return after how many days the clock of the only card runs out."""
    told = of.card()["deadline"]
    return next(days for days in range(20) if told == _written(days))


def _written(days: int) -> str:
    return write_instant(midnight(days))
