"""A training ends while the pause of enrolments does: whatever was read of it, the next clock is whole.

No lock sees to that: a clock that was set as of the pause's beginning gets its days as soon as the pause is past, and
one that was set as of now gets none of it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
import sqlalchemy as sa

from chassis.clock import write_instant
from chassis.database import Database
from chassis.identity import Principal
from services.enrolment.domain.programme.card import Card
from services.enrolment.domain.programme.standstill import settled
from services.enrolment.storage.cards import CardStore
from services.enrolment.use_cases.programme.end_pause import end_pause
from tests.services.enrolment.api.test_days_of_pauses import midnight, paused
from tests.services.enrolment.careless import careless_service
from tests.services.enrolment.house import DAY, House
from tests.services.enrolment.teaching import Taught, taught
from tests.services.enrolment.waiting import Change, judging, while_a_card_is_held


class PausesReadFirst(CardStore):
    """Cards of which somebody looks what stops their clocks before they are locked."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.was_read = threading.Event()

    def lock(self, connection: sa.Connection, card_refs: Sequence[str]) -> dict[str, Card]:
        pauses = self._pauses.in_force_or_ended_since(connection, None)
        self.was_read.set()
        kept = self.lock_as_kept(connection, card_refs)
        return {card_ref: settled(card, pauses) for card_ref, card in kept.items()}


@pytest.mark.parametrize("store", [CardStore, PausesReadFirst])
def test_a_training_that_ends_as_the_pause_does_leaves_the_whole_of_the_next_clock(
    house: House, store: Callable[[Database], CardStore]
) -> None:
    of = taught(house)
    of.came()
    over = ending(house, paused(house, ago=5 * DAY))
    careless = careless_service(house)
    cards = store(careless.database)
    stores = replace(careless.stores, cards=cards)
    judge = judging(of, careless, stores)

    begun = cards.was_read if isinstance(cards, PausesReadFirst) else None
    while_a_card_is_held(house, of.cards[0], over, judge, begun=begun)
    careless.database.dispose()
    assert days_left(of) == 15
    assert house.differences() == []


def ending(house: House, pause_id: str) -> Change:
    """Return how an operator ends a pause."""
    caller = Principal("operator:1", "operator", None, None, None, expires_at=0)
    stores = house.service.stores
    return lambda connection: end_pause(
        connection, pause_id, reason="Selesai", caller=caller, request_id="-", stores=stores
    )


def days_left(of: Taught) -> int:
    """Return after how many days the clock of the only card runs out."""
    told = of.card()["deadline"]
    return next(days for days in range(30) if told == write_instant(midnight(days)))
