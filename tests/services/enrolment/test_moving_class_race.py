"""A class that moves to other days while somebody in it shows the redeem code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from services.enrolment.domain.learning.due import result_due_at
from services.enrolment.domain.seats.enrolment import Enrolment
from services.enrolment.storage.enrolments import EnrolmentStore
from services.enrolment.storage.tables.seats import ENROLMENT
from services.enrolment.worker import note_missing_due_times
from tests.services.enrolment.house import DAY, House, document, with_service
from tests.services.enrolment.teaching import held, taught

pytestmark = pytest.mark.parametrize("dialect", ["postgresql"])
"""On SQLite one transaction at a time writes, from its beginning."""


class MovedMeanwhile(EnrolmentStore):
    """Enrolments that are saved just after their class moved, which nobody's card keeps it from."""

    def __init__(self, house: House, move: Callable[[], None]) -> None:
        super().__init__(house.service.database)
        self._move = move

    def save_states(self, connection: sa.Connection, enrolments: Sequence[Enrolment]) -> None:
        self._move()
        super().save_states(connection, enrolments)


class WrittenBack(MovedMeanwhile):
    """The same, but the provider's time is written back as it was read."""

    def save_states(self, connection: sa.Connection, enrolments: Sequence[Enrolment]) -> None:
        super().save_states(connection, enrolments)
        for each in enrolments:
            connection.execute(
                sa.update(ENROLMENT)
                .where(ENROLMENT.c.enrolment_id == each.enrolment_id)
                .values(provider_due_at=each.provider_due_at)
            )


def redeem_while_the_class_moves(house: House, kind: type[MovedMeanwhile]) -> tuple[Any, Any]:
    """Return when the result is due after all, and when it should be."""
    of = taught(house, redeemed=False)
    stores = house.service.stores
    note_missing_due_times(stores, house.service.transactions)
    moving = kind(house, lambda: of.put(**held(-40 * DAY)))
    service = replace(house.service, stores=replace(stores, enrolments=moving))
    (card,), (enrolment_id,) = of.cards, of.enrolments
    shown = house.get(f"/enrolments/{enrolment_id}", "holder", card=card.card_ref)
    redeemed = with_service(house, service).redeem(
        enrolment_id, document(shown)["redeem_code"], "holder", card=card.card_ref
    )
    document(redeemed)
    note_missing_due_times(stores, house.service.transactions)
    with house.service.database.reading() as connection:
        training_class = stores.classes.read(connection, of.class_id)
        enrolment = stores.enrolments.find(connection, enrolment_id)
        rules = stores.rules.at(connection, house.service.database.now(connection))
    assert training_class is not None
    assert enrolment is not None
    assert (enrolment.state, enrolment.holder_due_at) == ("active", None)
    return enrolment.provider_due_at, result_due_at(training_class, rules)


def test_who_redeems_while_the_class_moves_has_its_new_time(house: House) -> None:
    kept, due_at = redeem_while_the_class_moves(house, MovedMeanwhile)
    assert kept == due_at


def test_if_the_time_were_written_back_that_person_s_result_would_be_due_before_the_class(
    house: House,
) -> None:
    kept, due_at = redeem_while_the_class_moves(house, WrittenBack)
    assert kept < due_at
