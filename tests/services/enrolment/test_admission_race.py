"""Admissions at once: of one family card, and for the last places of a quota; with twins where nobody locks."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa

from chassis.identifiers import new_id
from chassis.identity import Principal
from services.enrolment.domain.programme.award import Award, Candidate
from services.enrolment.domain.programme.card import Scheme
from services.enrolment.domain.programme.quota import Quota
from services.enrolment.domain.programme.wave import Wave
from services.enrolment.service import EnrolmentService
from services.enrolment.storage.quotas import QuotaStore
from services.enrolment.storage.waves import WaveStore
from services.enrolment.use_cases.programme.admit_candidates import (
    AdmitCandidates,
    admit_candidates,
)
from tests.services.enrolment.api.test_quotas import set_places, used
from tests.services.enrolment.careless import careless_service
from tests.services.enrolment.house import House

TOGETHER = 4
FAMILY = "3273010101019999"


class UnlockedWaves(WaveStore):
    """Waves that are read without a lock."""

    def lock(self, connection: sa.Connection, wave_id: str) -> Wave | None:
        return self.read(connection, wave_id)


class UnlockedQuotas(QuotaStore):
    """Quotas that are read without a lock; nobody goes on before all have read the same."""

    def __init__(self, service: EnrolmentService) -> None:
        super().__init__(service.database)
        self._meeting = threading.Barrier(TOGETHER)

    def lock(self, connection: sa.Connection, wave_id: str | None) -> list[Quota]:
        found = self.read(connection, wave_id)
        self._meeting.wait(20)
        return found


def candidate(number: int, *, family_card: str) -> Candidate:
    return Candidate(
        nik=f"327301020590{number:04d}",
        family_card=family_card,
        name=f"Sari Nomor {number}",
        birth_date=date(1990, 5, 2),
        region="32.73",
        cluster=None,
        scheme=Scheme.DIGITAL,
    )


def admitted_at_once(
    service: EnrolmentService, wave_id: str, candidates: list[Candidate]
) -> Counter[str]:
    """Admit each candidate in a request of their own, all at once; count how they ended."""
    operator = Principal("operator:rina", "operator", None, None, None, expires_at=0)
    start = threading.Barrier(len(candidates))

    def admit(one: Candidate) -> str:
        command = AdmitCandidates(new_id(), wave_id, [one], operator, "request-1")
        start.wait()
        try:
            judged = service.transactions.run(
                lambda connection: admit_candidates(connection, command, stores=service.stores)
            )
        except sa.exc.IntegrityError:
            return "refused by the database"
        [outcome] = judged.outcomes
        return "awarded" if isinstance(outcome, Award) else outcome.code

    with ThreadPoolExecutor(len(candidates)) as pool:
        return Counter(pool.map(admit, candidates))


@pytest.fixture
def unguarded(house: House) -> Iterator[EnrolmentService]:
    """The service without the locks of an admission."""
    service = careless_service(house)
    stores = replace(
        service.stores, waves=UnlockedWaves(service.database), quotas=UnlockedQuotas(service)
    )
    yield replace(service, stores=stores)
    service.enrolments.close()
    service.database.dispose()


def of_one_family() -> list[Candidate]:
    return [candidate(number, family_card=FAMILY) for number in range(TOGETHER)]


def of_many_families() -> list[Candidate]:
    return [candidate(n, family_card=f"327301010101{n:04d}") for n in range(TOGETHER)]


def test_of_a_family_card_two_are_awarded_however_many_come_at_once(house: House) -> None:
    outcomes = admitted_at_once(house.service, house.open_wave(), of_one_family())
    assert outcomes == {"awarded": 2, "family-card-used-up": TOGETHER - 2}
    assert house.differences() == []


def test_without_locks_all_of_a_family_card_would_be_awarded(
    house: House, unguarded: EnrolmentService
) -> None:
    outcomes = admitted_at_once(unguarded, house.open_wave(), of_one_family())
    assert outcomes == {"awarded": TOGETHER}


def test_the_last_places_of_a_quota_are_taken_once(house: House) -> None:
    wave_id = house.open_wave()
    set_places(house, wave_id, {"region": "32.73", "places": 2})
    outcomes = admitted_at_once(house.service, wave_id, of_many_families())
    assert outcomes == {"awarded": 2, "quota-full": TOGETHER - 2}
    assert used(house, wave_id) == [(2, 2, 0)]
    assert house.differences() == []


def test_without_locks_only_the_database_would_keep_a_quota_from_being_overdrawn(
    house: House, unguarded: EnrolmentService
) -> None:
    wave_id = house.open_wave()
    set_places(house, wave_id, {"region": "32.73", "places": 2})
    outcomes = admitted_at_once(unguarded, wave_id, of_many_families())
    assert outcomes == {"awarded": 2, "refused by the database": TOGETHER - 2}


def test_one_person_in_many_requests_at_once_gets_one_card(house: House) -> None:
    outcomes = admitted_at_once(
        house.service, house.open_wave(), [candidate(1, family_card=FAMILY)] * TOGETHER
    )
    assert outcomes == {"awarded": 1, "nik-already-held": TOGETHER - 1}


def test_without_locks_only_the_database_would_keep_a_person_from_a_second_card(
    house: House, unguarded: EnrolmentService
) -> None:
    outcomes = admitted_at_once(
        unguarded, house.open_wave(), [candidate(1, family_card=FAMILY)] * TOGETHER
    )
    assert outcomes == {"awarded": 1, "refused by the database": TOGETHER - 1}
