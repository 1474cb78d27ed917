"""What stands elsewhere is found by the index that leads to few rows, on a database that keeps no count of them."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from services.enrolment.queries.consistency.comparison import Comparison
from services.enrolment.queries.consistency.enrolments import ENROLMENTS
from services.enrolment.queries.consistency.places import PLACES
from tests.services.enrolment.house import House


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize("comparison", [ENROLMENTS, PLACES], ids=lambda each: each.counted)
def test_entries_of_one_person_in_a_class_are_not_looked_for_among_all_of_the_class(
    house: House, comparison: Comparison
) -> None:
    database = house.service.database
    ends = {"first": house.wave_id, "last": house.wave_id}
    sent: list[tuple[str, Any]] = []
    sa.event.listen(database.engine, "before_cursor_execute", lambda *a: sent.append(a[2:4]))
    with database.reading() as connection:
        connection.execute(comparison.differing(), ends)
        statement, values = sent[-1]
        plan = connection.exec_driver_sql(f"explain query plan {statement}", values).all()
    looks = [row.detail for row in plan if "journal_entry" in row.detail]
    assert looks
    assert {look.rpartition("USING ")[2] for look in looks} == {
        "INDEX journal_entry_by_card_ref (card_ref=?)"
    }
