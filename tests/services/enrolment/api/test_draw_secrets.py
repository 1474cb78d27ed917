"""The secret of a draw: told once the order is fixed, and neither early nor in the place of another's."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from chassis.clock import utc_now
from chassis.sealing import SealBroken
from services.enrolment.storage.tables.draws import DRAW
from services.enrolment.use_cases.draw.reveal_secret import reveal_secret
from tests.services.enrolment.draw_seals import exchange, secret_of
from tests.services.enrolment.draws import (
    applied,
    close_window,
    enter,
    go_on,
    open_draw,
    shown,
    work_of,
)
from tests.services.enrolment.house import House, document


def test_the_secret_stands_nowhere_before_it_is_told(house: House) -> None:
    wave_id = open_draw(house)
    applied(house, wave_id, next(house.supply))
    secret = secret_of(house, wave_id)
    close_window(house, wave_id)
    go_on(house)
    document(enter(house, wave_id))
    kept = str(house.tables()) + str(house.entries()) + str(shown(house, wave_id))
    assert secret.hex() not in kept
    assert repr(secret) not in kept
    go_on(house)
    assert shown(house, wave_id)["secret"] == secret.hex()


def test_there_is_no_way_to_tell_the_secret_early(house: House) -> None:
    wave_id = open_draw(house)
    stores, transactions = house.service.stores, house.service.transactions

    def reveal(connection: sa.Connection) -> int:
        return reveal_secret(connection, wave_id, request_id="early", stores=stores)

    assert transactions.run(reveal) == 0
    close_window(house, wave_id)
    assert transactions.run(reveal) == 0
    go_on(house)
    assert transactions.run(reveal) == 0
    document(enter(house, wave_id))
    assert transactions.run(reveal) == 0
    early = sa.update(DRAW).values(secret="0" * 64, revealed_at=utc_now(), sealed_secret=None)
    with (
        pytest.raises(sa.exc.IntegrityError, match="draw_revealed_once_ordered"),
        house.as_owner() as connection,
    ):
        connection.execute(early)
    assert shown(house, wave_id)["secret"] is None


def test_the_secret_of_another_draw_is_not_told_in_its_place(house: House) -> None:
    waves = [open_draw(house) for _ in range(2)]
    for wave_id in waves:
        close_window(house, wave_id)
    go_on(house)
    for wave_id in waves:
        document(enter(house, wave_id))
    exchange(house, DRAW, "sealed_secret", waves)
    with pytest.raises(SealBroken):
        work_of(house).go_on()
    assert [shown(house, wave_id)["state"] for wave_id in waves] == ["settled"] * 2
