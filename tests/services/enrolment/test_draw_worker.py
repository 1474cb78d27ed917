"""Draws and workers as processes: killed in the middle of admitting, they go on where they stopped."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import pytest

from services.enrolment.domain.draw.order_chunk import JUDGED_AT_ONCE
from tests.services.enrolment.accounts import accounts
from tests.services.enrolment.draws import (
    apply_many,
    close_window,
    enter,
    open_draw,
    results,
    shown,
)
from tests.services.enrolment.followers.catalogue import Catalogue
from tests.services.enrolment.house import House, document
from tests.services.enrolment.test_worker import all_entries, working
from tests.waiting import eventually

CHUNKS = 3
PEOPLE = CHUNKS * JUDGED_AT_ONCE - 1


def wait_for(house: House, wave_id: str, state: str) -> None:
    eventually(lambda: shown(house, wave_id)["state"] == state, what=f"the draw is {state}")


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_killed_while_it_admits_it_goes_on_where_it_stopped(
    house: House, catalogue: Catalogue
) -> None:
    wave_id = open_draw(house)
    for _ in range(CHUNKS):
        apply_many(house, wave_id, islice(house.supply, PEOPLE // CHUNKS))
    apply_many(house, wave_id, islice(house.supply, PEOPLE % CHUNKS))
    close_window(house, wave_id)
    with accounts() as address:
        with working(house, catalogue, address):
            wait_for(house, wave_id, "listed")
        document(enter(house, wave_id))
        with working(house, catalogue, address) as worker:
            eventually(lambda: shown(house, wave_id)["judged"] > 0, what="some are judged")
            worker.kill()
            worker.wait()
        draw = shown(house, wave_id)
        assert draw["judged"] in (JUDGED_AT_ONCE, 2 * JUDGED_AT_ONCE, PEOPLE)
        assert house.differences() == []
        with working(house, catalogue, address):
            wait_for(house, wave_id, "done")
    assert shown(house, wave_id)["drawn"] == PEOPLE
    rows = results(house, wave_id)
    assert [row["place"] for row in rows] == list(range(1, PEOPLE + 1))
    assert Counter(row["state"] for row in rows) == {"drawn": PEOPLE}
    cards = [one["card_ref"] for one in all_entries(house) if one["kind"] == "card-awarded"]
    assert len(set(cards)) == len(cards) == PEOPLE
    assert house.differences() == []
