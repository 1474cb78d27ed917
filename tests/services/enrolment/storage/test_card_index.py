"""Which cards the look for those whose time ran out reads."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.clock import utc_now
from tests.services.enrolment.house import House
from tests.services.enrolment.storage.plans import plan_of

INDEX = "card_by_deadline"


def test_cards_that_are_barred_are_not_read_to_find_those_whose_time_ran_out(house: House) -> None:
    """A barred card may lie past its deadline for months, at the head of those that are looked at each second."""
    database = house.service.database
    [index] = [
        index for index in sa.inspect(database.engine).get_indexes("card") if index["name"] == INDEX
    ]
    held = str(index["dialect_options"][f"{database.dialect}_where"])
    assert "barred_at is null" in held.lower()
    cards = house.service.stores.cards
    plan = plan_of(house, lambda connection: cards.due(connection, now=utc_now(), limit=10))
    assert INDEX in plan
    assert "barred_at" not in plan
