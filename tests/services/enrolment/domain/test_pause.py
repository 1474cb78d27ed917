"""Which pause holds for whom."""

from __future__ import annotations

import pytest

from services.enrolment.domain.programme.pause import Pause, Paused, pause_in_force
from tests.services.enrolment.domain.builders import NOW


def pause(region: str | None, what: Paused = Paused.ENROLMENTS) -> Pause:
    return Pause(f"pause-{region}", what, region, "Pemeliharaan", NOW)


@pytest.mark.parametrize(
    ("region", "holds"),
    [(None, True), ("17", True), ("17.71", True), ("17.01", False), ("1", False)],
)
def test_a_pause_holds_at_its_place_and_within_it(region: str | None, holds: bool) -> None:
    found = pause_in_force([pause(region)], Paused.ENROLMENTS, regency="17.71")
    assert (found is not None) is holds


def test_what_is_not_paused_goes_on() -> None:
    admissions = [pause(None, Paused.ADMISSIONS)]
    assert pause_in_force(admissions, Paused.ENROLMENTS, regency="17.71") is None


def test_of_several_the_nearest_is_told() -> None:
    pauses = [pause("17.71"), pause(None), pause("17")]
    for order in (pauses, pauses[::-1]):
        assert pause_in_force(order, Paused.ENROLMENTS, regency="17.71") == pauses[0]
