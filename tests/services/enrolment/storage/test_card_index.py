"""Which cards the look for those whose time ran out reads."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from chassis.clock import utc_now
from tests.services.enrolment.house import House

INDEX = "card_by_deadline"


def plan_of_due(house: House) -> str:
    """Return how the database looks for cards whose time ran out, where it reads no table as a whole."""
    database = house.service.database
    asked: list[tuple[str, Any]] = []

    def note(*arguments: Any) -> None:
        asked.append((arguments[2], arguments[3]))

    with database.reading() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        sa.event.listen(database.engine, "before_cursor_execute", note)
        house.service.stores.cards.due(connection, now=utc_now(), limit=10)
        sa.event.remove(database.engine, "before_cursor_execute", note)
        statement, parameters = asked[-1]
        if not is_sqlite:
            connection.exec_driver_sql("set local enable_seqscan = off")
        explain = "explain query plan" if is_sqlite else "explain"
        return str(connection.exec_driver_sql(f"{explain} {statement}", parameters).all())


def test_cards_that_are_barred_are_not_read_to_find_those_whose_time_ran_out(house: House) -> None:
    """A barred card may lie past its deadline for months, at the head of those that are looked at each second."""
    database = house.service.database
    [index] = [
        index for index in sa.inspect(database.engine).get_indexes("card") if index["name"] == INDEX
    ]
    held = str(index["dialect_options"][f"{database.dialect}_where"])
    assert "barred_at is null" in held.lower()
    plan = plan_of_due(house)
    assert INDEX in plan
    assert "barred_at" not in plan
