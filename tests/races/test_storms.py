"""Two classes under a storm of callers, one of whose processes is killed: for all that was told there is an order."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

from tests.races.history import Kind, by_class
from tests.races.seats_model import ABSENT, ALREADY, CLOSED, CONFIRMED, DONE, FULL
from tests.races.storming import new_field, storm_processes, stormed
from tests.services.enrolment.house import House

OPERATIONS = 250


def test_what_callers_were_told_in_a_storm_has_an_order(house: House, tmp_path: Path) -> None:
    field = new_field(house, tmp_path)
    seed = f"{random.randrange(1_000_000)}"
    with storm_processes(house.service.database.dialect) as processes:
        found = stormed(field, processes, operations=OPERATIONS, seed=seed, killed=True)
    for class_id, verdict in field.judged(found).items():
        assert verdict.is_linearizable, field.explain(found, class_id)
    assert house.differences() == []
    assert all(len(part) >= OPERATIONS for part in by_class(found).values())
    happened = Counter((each.kind, each.outcome) for each in found)
    for outcome in (CONFIRMED, FULL, ALREADY):
        assert happened[Kind.ENROL, outcome] > 0
    for outcome in (DONE, CLOSED):
        assert happened[Kind.CANCEL, outcome] > 0
    assert {outcome for _, outcome in happened} >= {None, CONFIRMED}
    assert {outcome for kind, outcome in happened if kind is Kind.CANCEL} <= {
        None,
        DONE,
        CLOSED,
        ABSENT,
    }
