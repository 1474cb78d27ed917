"""An order that somebody changes once it is published admits nobody; a twin shows what it would do if nobody looked."""

from __future__ import annotations

import json
from collections.abc import Callable
from uuid import uuid4

import pytest
import sqlalchemy as sa

from services.enrolment.domain.draw.merkle_root import merkle_root, root_over
from services.enrolment.domain.draw.order import draw_key, lot_of
from services.enrolment.storage.tables.draws import DRAW, DRAW_CHUNK
from services.enrolment.use_cases.draw.fix_order import ListChanged
from tests.services.enrolment.draws import (
    go_on,
    results,
    revealed,
    shown,
    work_of,
)
from tests.services.enrolment.house import House

AT_ONCE = 4
PEOPLE = 10
PLACES = 4
Pieces = list[list[str]]


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    for where in ("domain.draw.order_chunk", "use_cases.draw.read_next"):
        monkeypatch.setattr(f"services.enrolment.{where}.JUDGED_AT_ONCE", AT_ONCE)


def tamper(house: House, wave_id: str, change: Callable[[Pieces], None]) -> None:
    """Change the pieces of an order where they lie, and the roots beside them."""
    mine = DRAW_CHUNK.c.wave_id == wave_id
    with house.as_owner() as connection:
        query = sa.select(DRAW_CHUNK).where(mine).order_by(DRAW_CHUNK.c.first_place)
        rows = connection.execute(query).all()
        pieces = [json.loads(row.application_ids) for row in rows]
        change(pieces)
        for row, ids in zip(rows, pieces, strict=True):
            _, root = merkle_root(one.encode() for one in ids)
            connection.execute(
                sa.update(DRAW_CHUNK)
                .where(mine, DRAW_CHUNK.c.first_place == row.first_place)
                .values(application_ids=json.dumps(ids), root=root)
            )


def swap_across(pieces: Pieces) -> None:
    pieces[0][1], pieces[2][0] = pieces[2][0], pieces[0][1]


def swap_within(pieces: Pieces) -> None:
    pieces[0][0], pieces[0][1] = pieces[0][1], pieces[0][0]


def leave_one_out(pieces: Pieces) -> None:
    pieces[0].pop(1)


def move_up(pieces: Pieces) -> None:
    """Leave one out, and let everybody after it come a place sooner."""
    ids = [one for some in pieces for one in some]
    ids.remove(ids[1])
    pieces[:] = [ids[begin : begin + AT_ONCE] for begin in range(0, PEOPLE, AT_ONCE)]


@pytest.mark.parametrize("change", [swap_across, swap_within, leave_one_out, move_up])
def test_an_order_that_was_changed_admits_nobody(
    house: House, change: Callable[[Pieces], None]
) -> None:
    wave_id = revealed(house, people=PEOPLE, places=PLACES)
    tamper(house, wave_id, change)
    with pytest.raises(ListChanged):
        work_of(house).go_on()
    assert shown(house, wave_id)["judged"] == 0


def test_an_id_that_was_made_to_fit_between_two_others_admits_nobody(house: House) -> None:
    wave_id = revealed(house, people=PEOPLE, places=PLACES)
    draw = shown(house, wave_id)
    key = draw_key(bytes.fromhex(draw["secret"]), draw["outside_value"]["value"])

    def fit_in(pieces: Pieces) -> None:
        below, above = (lot_of(pieces[0][place], key=key) for place in (0, 2))
        tries = (str(uuid4()) for _ in range(100_000))
        pieces[0][1] = next(one for one in tries if below < lot_of(one, key=key) < above)

    tamper(house, wave_id, fit_in)
    with pytest.raises(ListChanged):
        work_of(house).go_on()


def test_an_order_whose_root_was_changed_with_it_still_follows_from_secret_and_value(
    house: House,
) -> None:
    wave_id = revealed(house, people=PEOPLE, places=PLACES)
    tamper(house, wave_id, swap_across)
    with house.as_owner() as connection:
        roots = house.service.stores.draws.chunk_roots(connection, wave_id)
        connection.execute(sa.update(DRAW).values(order_root=root_over(roots)))
    with pytest.raises(ListChanged):
        work_of(house).go_on()
    assert house.differences() != []


def test_an_order_that_is_changed_between_two_pieces_admits_nobody_further(house: House) -> None:
    wave_id = revealed(house, people=PEOPLE, places=PLACES)
    work_of(house).go_on()
    assert shown(house, wave_id)["judged"] == AT_ONCE

    def swap_later(pieces: Pieces) -> None:
        pieces[1][0], pieces[2][0] = pieces[2][0], pieces[1][0]

    tamper(house, wave_id, swap_later)
    with pytest.raises(ListChanged):
        work_of(house).go_on()
    assert shown(house, wave_id)["judged"] == AT_ONCE


def test_if_nobody_looked_somebody_would_take_another_ones_place(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.enrolment.use_cases.draw.read_next.is_next", lambda *_, **__: 1)
    wave_id = revealed(house, people=PEOPLE, places=PLACES)
    loser = results(house, wave_id)[8]["application_id"]
    tamper(house, wave_id, swap_across)
    go_on(house)
    [row] = [row for row in results(house, wave_id) if row["application_id"] == loser]
    assert (row["place"], row["state"]) == (2, "drawn")
    assert house.differences() == []
