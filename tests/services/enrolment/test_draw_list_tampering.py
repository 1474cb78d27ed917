"""A list that somebody changes once it is published admits nobody, nor does a person put in another's place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

import pytest
import sqlalchemy as sa

from chassis.clock import utc_now
from chassis.identifiers import random_reference
from chassis.sealing import Seal
from services.enrolment.storage.applications import ApplicationStore, _written
from services.enrolment.storage.draws import HALTED_FOR
from services.enrolment.storage.tables.draws import APPLICATION, DRAW
from services.enrolment.use_cases.draw.fix_order import ListChanged
from tests.services.enrolment.draw_seals import exchange
from tests.services.enrolment.draws import (
    apply_many,
    candidate_of,
    close_window,
    enter,
    go_on,
    listed,
    open_draw,
    results,
    revealed,
    settled,
    shown,
    work_of,
)
from tests.services.enrolment.house import House, document, settings_for

STANDS_STILL = "draw that stands still"


@pytest.mark.parametrize("tampering", ["slipped in", "taken away", "exchanged"])
def test_a_list_that_was_tampered_with_is_not_drawn_from(house: House, tampering: str) -> None:
    wave_id = settled(house, people=3)
    victim = listed(house, wave_id)[1]
    with house.as_owner() as connection:
        tamper(connection, victim, tampering)
    with pytest.raises(ListChanged):
        work_of(house).go_on()
    draw = shown(house, wave_id)
    assert (draw["state"], draw["secret"]) == ("settled", None)
    assert house.differences() != []


def tamper(connection: sa.Connection, victim: str, how: str) -> None:
    mine = APPLICATION.c.application_id == victim
    if how == "taken away":
        connection.execute(sa.delete(APPLICATION).where(mine))
    elif how == "exchanged":
        other = random_reference()
        connection.execute(sa.update(APPLICATION).where(mine).values(application_id=other))
    else:
        row = connection.execute(sa.select(APPLICATION).where(mine)).one()._asdict()
        slipped = {**row, "application_id": random_reference(), "nik_digest": "0" * 64}
        connection.execute(sa.insert(APPLICATION).values(slipped))


def test_nobody_is_judged_when_it_is_the_turn_of_another(house: House) -> None:
    """The root is over ids: who stands behind them, the digests in the log keep, and the seals."""
    wave_id = settled(house, people=2)
    exchange(house, APPLICATION, "sealed", listed(house, wave_id))
    while shown(house, wave_id)["state"] != "revealed":
        work_of(house).go_on()
    with pytest.raises(ListChanged):
        work_of(house).go_on()
    assert [row["state"] for row in results(house, wave_id)] == ["applied"] * 2


def test_one_draw_that_cannot_go_on_does_not_keep_another_from_it(house: House) -> None:
    stuck, free = open_draw(house), open_draw(house)
    for wave_id in (stuck, free):
        apply_many(house, wave_id, islice(house.supply, 2))
        close_window(house, wave_id)
    go_on(house)
    for wave_id in (stuck, free):
        document(enter(house, wave_id))
    with house.as_owner() as connection:
        tamper(connection, listed(house, stuck)[0], "taken away")
    with pytest.raises(ListChanged):
        work_of(house).go_on()
    go_on(house)
    assert (shown(house, free)["state"], shown(house, stuck)["state"]) == ("done", "settled")


def test_a_draw_that_cannot_go_on_says_so_once_and_goes_on_when_all_is_as_it_was(
    house: House,
) -> None:
    wave_id = settled(house, people=3)
    victim = APPLICATION.c.application_id == listed(house, wave_id)[0]
    with house.as_owner() as connection:
        row = connection.execute(sa.select(APPLICATION).where(victim)).one()._asdict()
        connection.execute(sa.delete(APPLICATION).where(victim))
    with pytest.raises(ListChanged):
        work_of(house).go_on()
    assert work_of(house).go_on() == 0
    [told] = [entry for entry in house.entries() if entry["kind"] == "draw-halted"]
    assert told["body"] == {"wave_id": wave_id, "before": "order"}
    with house.as_owner() as connection:
        connection.execute(sa.insert(APPLICATION).values(row))
    assert [difference["what"][:22] for difference in house.differences()] == [STANDS_STILL]
    with house.as_owner() as connection:
        connection.execute(sa.update(DRAW).values(halted_at=utc_now() - HALTED_FOR))
    go_on(house)
    assert shown(house, wave_id)["state"] == "done"
    assert house.differences() == []


def seal_another_person(house: House, wave_id: str) -> None:
    """Put somebody else's data under the id that comes first, as one does who has database and key."""
    stores = house.service.stores
    first = results(house, wave_id)[0]["application_id"]
    candidate = replace(candidate_of(next(house.supply)), name="Teman Orang Dalam")
    seal = Seal(settings_for(house.places.application).personal_data_key)
    sealed = seal.close(_written(candidate), context=f"application {first}")
    assert stores.applications.opened(first, sealed) == candidate
    with house.as_owner() as connection:
        mine = APPLICATION.c.application_id == first
        connection.execute(sa.update(APPLICATION).where(mine).values(sealed=sealed))


def test_a_person_who_was_put_under_an_id_that_comes_first_is_not_admitted(house: House) -> None:
    wave_id = revealed(house, people=3, places=1)
    seal_another_person(house, wave_id)
    with pytest.raises(ListChanged):
        work_of(house).go_on()
    assert shown(house, wave_id)["judged"] == 0
    found = {difference["what"] for difference in house.differences()}
    assert "person of an application, by journal" in found


def test_if_no_entry_held_the_digest_a_friend_would_come_first(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def as_it_lies_there(
        _: ApplicationStore, connection: sa.Connection, ids: Sequence[str]
    ) -> dict[str, str]:
        query = sa.select(APPLICATION.c.application_id, APPLICATION.c.sealed)
        rows = connection.execute(query.where(APPLICATION.c.application_id.in_(ids)))
        return {row.application_id: row.sealed for row in rows}

    monkeypatch.setattr(ApplicationStore, "sealed", as_it_lies_there)
    wave_id = revealed(house, people=3, places=1)
    seal_another_person(house, wave_id)
    go_on(house)
    assert results(house, wave_id)[0]["state"] == "drawn"
    assert house.differences() == []
