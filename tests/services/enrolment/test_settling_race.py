"""A list that comes in force while the outside value of a draw is entered: one comes first; with unguarded twins."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from services.enrolment.domain.draw.draw import Draw, OutsideValue
from services.enrolment.storage.draws import DrawStore
from tests.chassis.problem_documents import code
from tests.services.enrolment.careless import UnlockedQuotas
from tests.services.enrolment.draw_races import done_or_waiting, house_with, seal_of
from tests.services.enrolment.draws import enter
from tests.services.enrolment.exclusions import NIK, activate, imported
from tests.services.enrolment.house import House, document
from tests.services.enrolment.test_draw_race import listed

pytestmark = pytest.mark.parametrize("dialect", ["postgresql"])
"""On SQLite one transaction at a time writes, from its beginning."""


class InterruptedDraws(DrawStore):
    """Draws of which something happens when it was just looked whether one is under way, or as a value is saved."""

    def __init__(
        self,
        house: House,
        *,
        once_asked: Callable[[], object] = bool,
        as_it_is_saved: Callable[[], object] = bool,
    ) -> None:
        super().__init__(house.service.database, seal=seal_of(house))
        self._once_asked, self._as_it_is_saved = once_asked, as_it_is_saved

    def under_way(self, connection: sa.Connection) -> Draw | None:
        found = super().under_way(connection)
        self._once_asked()
        return found

    def save_outside(
        self, connection: sa.Connection, wave_id: str, outside: OutsideValue, *, position: int
    ) -> None:
        super().save_outside(connection, wave_id, outside, position=position)
        self._as_it_is_saved()


def careless(house: House) -> House:
    """Return the house with nobody queueing for the programme's counters."""
    return house_with(house, quotas=UnlockedQuotas(house.service.database))


def enter_while_a_list_comes_in_force(house: House, entering: House) -> list[str]:
    """Let a value be entered once it was seen that no draw is under way; return the kinds of the last two entries."""
    wave_id, list_id = listed(house), imported(house, [NIK(1)])
    begun: list[Future[TestResponse]] = []
    with ThreadPoolExecutor(1) as pool:

        def begin() -> None:
            begun.append(pool.submit(enter, entering, wave_id))
            done_or_waiting(house, begun[0])

        document(
            activate(house_with(house, draws=InterruptedDraws(house, once_asked=begin)), list_id)
        )
        document(begun[0].result(30))
    return [entry["kind"] for entry in house.entries()[-2:]]


def test_a_value_is_entered_once_a_list_is_in_force_that_found_no_draw_under_way(
    house: House,
) -> None:
    told = enter_while_a_list_comes_in_force(house, house)
    assert told == ["exclusion-list-activated", "draw-settled"]


def test_if_who_enters_it_did_not_queue_a_list_would_come_between_order_and_admission(
    house: House,
) -> None:
    told = enter_while_a_list_comes_in_force(house, careless(house))
    assert told == ["draw-settled", "exclusion-list-activated"]


def activate_while_a_value_is_entered(house: House, entering: House) -> TestResponse:
    """Let a list be put in force while an outside value waits for its commit; return what that was answered."""
    wave_id, list_id = listed(house), imported(house, [NIK(1)])
    begun: list[Future[TestResponse]] = []
    with ThreadPoolExecutor(1) as pool:

        def begin() -> None:
            begun.append(pool.submit(activate, house, list_id))
            done_or_waiting(house, begun[0])

        document(
            enter(
                house_with(entering, draws=InterruptedDraws(house, as_it_is_saved=begin)), wave_id
            )
        )
        return begun[0].result(30)


def test_a_list_waits_for_a_value_that_is_being_entered_and_finds_the_draw_under_way(
    house: House,
) -> None:
    refused = activate_while_a_value_is_entered(house, house)
    assert code(refused) == (409, "draw-under-way")


def test_if_who_enters_it_did_not_queue_the_list_would_not_see_the_draw(house: House) -> None:
    document(activate_while_a_value_is_entered(house, careless(house)))
