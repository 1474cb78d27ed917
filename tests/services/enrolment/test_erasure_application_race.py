"""An erasure against applications to a draw, made and withdrawn; with twins in which nobody takes care."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa

from services.enrolment.domain.draw.application import Application
from services.enrolment.storage.applications import ApplicationStore
from services.enrolment.storage.stores import Stores
from services.enrolment.storage.tables.draws import APPLICATION, DRAW
from services.enrolment.use_cases.draw.withdraw_application import (
    WithdrawApplication,
    withdraw_application,
)
from tests.services.enrolment.draw_races import done_or_waiting, seal_of
from tests.services.enrolment.draws import applied, open_draw
from tests.services.enrolment.erasing import SUPPRESSED, left_of, revoke
from tests.services.enrolment.erasure_races import (
    OPERATOR,
    PATIENCE,
    Step,
    at_once,
    erasing,
    outcome,
)
from tests.services.enrolment.house import House
from tests.services.enrolment.people import HeldCard


def who_waits(house: House) -> tuple[str, str, HeldCard]:
    """Let somebody apply whose card was revoked since; return wave, application and card."""
    wave_id, person = open_draw(house), next(house.supply)
    application_id = applied(house, wave_id, person)
    [card] = house.award_to(person)
    revoke(house, card)
    return wave_id, application_id, card


class ApartApplications(ApplicationStore):
    """Applications that an erasure reads before something else happens, with a lock on nothing or on draws alone."""

    def __init__(self, house: House, *, locks_draws: bool) -> None:
        fingerprints = house.service.stores.persons.fingerprints
        super().__init__(house.service.database, seal=seal_of(house), fingerprints=fingerprints)
        self._locks_draws = locks_draws
        self.was_read, self.may_go_on = threading.Event(), threading.Event()

    def of_person(self, connection: sa.Connection, nik_digest: str) -> list[Application]:
        if self._locks_draws:
            connection.execute(sa.select(DRAW.c.wave_id).with_for_update())
            return super().of_person(connection, nik_digest)
        mine = sa.select(APPLICATION.c.application_id).where(APPLICATION.c.nik_digest == nik_digest)
        ids = list(connection.execute(mine).scalars())
        self.was_read.set()
        self.may_go_on.wait(PATIENCE)
        found = [self.find(connection, one) for one in ids]
        return [one for one in found if one is not None]


def erase_while_somebody_applies(house: House, stores: Stores) -> bool:
    """Erase somebody while an applicant holds the draw; return whether that was waited for."""
    wave_id, _, card = who_waits(house)
    step, draws = erasing(card, stores), house.service.stores.draws
    with ThreadPoolExecutor(1) as pool:
        with house.service.database.writing() as connection:
            draws.hold(connection, wave_id)
            erasure = pool.submit(outcome, house.service, step)
            done_or_waiting(house, erasure)
            had_to_wait = not erasure.done()
        assert erasure.result() == "done"
    return had_to_wait


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_an_erasure_waits_for_nobody_who_applies(house: House) -> None:
    """On SQLite one transaction at a time writes, from its beginning."""
    assert not erase_while_somebody_applies(house, house.service.stores)
    assert house.differences() == []


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_if_draws_were_locked_alone_an_erasure_would_wait_for_everybody_who_applies(
    house: House,
) -> None:
    """And as long as there is always one, for ever: whoever shares a lock passes who waits to have it alone."""
    applications = ApartApplications(house, locks_draws=True)
    stores = replace(house.service.stores, applications=applications)
    assert erase_while_somebody_applies(house, stores)


def withdrawing(application_id: str, stores: Stores) -> Step:
    command = WithdrawApplication(application_id, "Sudah bekerja", OPERATOR, "request-5")
    return lambda connection: withdraw_application(connection, command, stores=stores)


def test_an_application_that_is_withdrawn_while_its_person_is_erased_leaves_nothing(
    house: House,
) -> None:
    _, application_id, card = who_waits(house)
    stores = house.service.stores
    steps = (withdrawing(application_id, stores), erasing(card, stores))
    assert at_once(house.service, *steps) == ["done", "done"]
    assert {place for place, _ in left_of(house, card)} == {SUPPRESSED}
    assert house.differences() == []


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_if_applications_were_not_locked_one_would_be_erased_that_is_withdrawn(
    house: House,
) -> None:
    _, application_id, card = who_waits(house)
    service, applications = house.service, ApartApplications(house, locks_draws=False)
    with ThreadPoolExecutor(1) as pool:
        unlocked = replace(service.stores, applications=applications)
        erasure = pool.submit(outcome, service, erasing(card, unlocked))
        assert applications.was_read.wait(PATIENCE)
        assert outcome(service, withdrawing(application_id, service.stores)) == "done"
        applications.may_go_on.set()
        with pytest.raises(sa.exc.IntegrityError):
            erasure.result()
