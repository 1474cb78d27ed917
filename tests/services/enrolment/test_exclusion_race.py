"""An award against a list that is put in force, and two who take a step in one case at once; with twins unguarded."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa

from chassis.database import Database
from chassis.identifiers import new_id
from chassis.identity import Principal
from chassis.problems import Problem
from chassis.sealing import Seal
from services.enrolment.domain.exclusion.case import ExclusionCase
from services.enrolment.domain.exclusion.listing import Listings
from services.enrolment.domain.programme.award import Award, Candidate
from services.enrolment.domain.programme.card import Card
from services.enrolment.service import EnrolmentService
from services.enrolment.storage.exclusion_cases import CASES, ExclusionCaseStore, case_of
from services.enrolment.storage.listed_persons import ListedPersonStore
from services.enrolment.storage.persons import Fingerprints
from services.enrolment.storage.stores import Stores
from services.enrolment.storage.tables.exclusions import EXCLUSION_CASE
from services.enrolment.use_cases.exclusion.activate_list import activate_list
from services.enrolment.use_cases.exclusion.decide_case import (
    DecideCase,
    dismiss_case,
    uphold_case,
)
from services.enrolment.use_cases.exclusion.file_appeal import FileAppeal, file_appeal
from services.enrolment.use_cases.programme.admit_candidates import (
    AdmitCandidates,
    admit_candidates,
)
from services.enrolment.use_cases.programme.revoke_card import RevokeCard, revoke_card
from services.enrolment.use_cases.programme.undo_admission import UndoAdmission, undo_admission
from services.enrolment.use_cases.shared.actor import Actor
from tests.services.enrolment.api.test_undoing import preview
from tests.services.enrolment.careless import UnlockedCards, UnlockedQuotas, careless_service
from tests.services.enrolment.exclusions import (
    BUDI,
    RINA,
    case_about,
    cases,
    decide,
    find_all,
    imported,
    previewed,
)
from tests.services.enrolment.house import House, document, settings_for
from tests.services.enrolment.people import HeldCard
from tests.services.enrolment.test_admission_race import candidate

TOGETHER = 4
FAMILY = "3273010101018888"
PATIENCE = 20


class ReadBefore(ListedPersonStore):
    """Lists that are read, and then something else happens before anybody goes on."""

    def __init__(self, house: House) -> None:
        key = settings_for(house.places.application).fingerprint_key
        super().__init__(house.service.database, fingerprints=Fingerprints(key))
        self.was_read, self.may_go_on = threading.Event(), threading.Event()

    def listings(self, connection: sa.Connection, digests: Sequence[str]) -> Listings:
        found = super().listings(connection, digests)
        self.was_read.set()
        self.may_go_on.wait(PATIENCE)
        return found


def admitted(service: EnrolmentService, stores: Stores, wave_id: str, one: Candidate) -> str:
    """Admit somebody, and tell how that ended."""
    operator = Principal(RINA, "operator", None, None, None, expires_at=0)
    command = AdmitCandidates(new_id(), wave_id, [one], operator, "request-1")
    judged = service.transactions.run(
        lambda connection: admit_candidates(connection, command, stores=stores)
    )
    [outcome] = judged.outcomes
    return "awarded" if isinstance(outcome, Award) else outcome.code


def put_in_force(house: House, stores: Stores, list_id: str, preview: str) -> None:
    actor = Actor(RINA, "operator", "request-2")
    house.service.transactions.run(
        lambda connection: activate_list(
            connection, list_id, preview=preview, actor=actor, stores=stores
        )
    )


def test_whoever_is_admitted_while_a_list_comes_in_force_is_refused_or_has_a_case(
    house: House,
) -> None:
    wave_id = house.open_wave()
    people = [candidate(n, family_card=f"327301010101{n:04d}") for n in range(TOGETHER)]
    list_id = imported(house, [one.nik for one in people])
    preview = previewed(house, list_id)["preview"]
    start = threading.Barrier(TOGETHER + 1)

    def admit(one: Candidate) -> str:
        start.wait(PATIENCE)
        return admitted(house.service, house.service.stores, wave_id, one)

    with ThreadPoolExecutor(TOGETHER) as pool:
        admitting = pool.map(admit, people)
        start.wait(PATIENCE)
        put_in_force(house, house.service.stores, list_id, preview)
        outcomes = Counter(admitting)
    find_all(house)
    assert outcomes.keys() <= {"awarded", "excluded"}
    assert len(cases(house)) == outcomes["awarded"]
    assert house.differences() == []


def test_who_was_judged_before_a_list_came_in_force_is_found_after_it(house: House) -> None:
    wave_id, person = house.open_wave(), candidate(1, family_card=FAMILY)
    list_id = imported(house, [person.nik])
    preview = previewed(house, list_id)["preview"]
    reading = ReadBefore(house)
    stores = replace(house.service.stores, listed_persons=reading)
    with ThreadPoolExecutor(2) as pool:
        admitting = pool.submit(admitted, house.service, stores, wave_id, person)
        assert reading.was_read.wait(PATIENCE)
        activating = pool.submit(put_in_force, house, house.service.stores, list_id, preview)
        reading.may_go_on.set()
        assert admitting.result() == "awarded"
        activating.result()
    find_all(house)
    assert len(cases(house)) == 1


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_if_putting_in_force_did_not_queue_with_admissions_somebody_would_fall_between(
    house: House,
) -> None:
    """On SQLite one transaction at a time writes, from its beginning."""
    wave_id, person = house.open_wave(), candidate(1, family_card=FAMILY)
    list_id = imported(house, [person.nik])
    preview = previewed(house, list_id)["preview"]
    reading = ReadBefore(house)
    stores = replace(house.service.stores, listed_persons=reading)
    unlocked = replace(house.service.stores, quotas=UnlockedQuotas(house.service.database))
    with ThreadPoolExecutor(1) as pool:
        admitting = pool.submit(admitted, house.service, stores, wave_id, person)
        assert reading.was_read.wait(PATIENCE)
        put_in_force(house, unlocked, list_id, preview)
        find_all(house)
        reading.may_go_on.set()
        assert admitting.result() == "awarded"
    assert cases(house) == []


class UnlockedCases(ExclusionCaseStore):
    """Cases that are read without a lock; nobody goes on before all have read the same."""

    def __init__(self, house: House, database: Database) -> None:
        super().__init__(
            database, seal=Seal(settings_for(house.places.application).personal_data_key)
        )
        self._meeting = threading.Barrier(2)

    def lock(self, connection: sa.Connection, case_id: str, *, card: Card) -> ExclusionCase:
        found = self.read(connection, case_id)
        assert found is not None
        self._meeting.wait(PATIENCE)
        return replace(found, region=card.region)

    def lock_of_card(self, connection: sa.Connection, card: Card) -> list[ExclusionCase]:
        query = CASES.where(EXCLUSION_CASE.c.card_ref == card.card_ref)
        found = [case_of(row) for row in connection.execute(query)]
        self._meeting.wait(PATIENCE)
        return found

    def lock_live(
        self, connection: sa.Connection, cards: Mapping[str, Card]
    ) -> list[ExclusionCase]:
        [card] = cards.values()
        found = self.lock_of_card(connection, card)
        return [case for case in found if case.ended is None]


@pytest.fixture
def careless(house: House) -> Iterator[tuple[EnrolmentService, Stores]]:
    """The service without the locks of cases and cards."""
    service = careless_service(house)
    stores = replace(
        service.stores,
        exclusion_cases=UnlockedCases(house, service.database),
        cards=UnlockedCards(service.database),
    )
    yield service, stores
    service.enrolments.close()
    service.database.dispose()


Step = Callable[[sa.Connection, Stores], object]


def decision(case_id: str, by: str) -> DecideCase:
    return DecideCase(case_id, "Sudah diperiksa", Actor(by, "operator", "request-1"))


def upholding(case_id: str) -> Step:
    return lambda connection, stores: uphold_case(
        connection, decision(case_id, RINA), stores=stores
    )


def dismissing(case_id: str) -> Step:
    return lambda connection, stores: dismiss_case(
        connection, decision(case_id, BUDI), stores=stores
    )


def appealing(case_id: str, card: HeldCard) -> Step:
    holder = Principal("holder-1", "holder", None, card.card_ref, None, expires_at=0)
    command = FileAppeal(case_id, "Saya bukan PNS.", None, holder, "request-1")
    return lambda connection, stores: file_appeal(connection, command, stores=stores)


def revoking(card: HeldCard, number: str) -> Step:
    operator = Principal(BUDI, "operator", None, None, None, expires_at=0)
    command = RevokeCard(None, card.card_ref, "Dokumen palsu", number, operator, "request-3")
    return lambda connection, stores: revoke_card(connection, command, stores=stores)


def undoing(house: House) -> Step:
    operator = Principal(BUDI, "operator", None, None, None, expires_at=0)
    [admission] = document(house.get("/admissions", "operator"))["items"]
    admission_id = str(admission["id"])
    seen = preview(house, admission_id)["preview"]
    command = UndoAdmission(admission_id, seen, "Salah berkas", operator, "request-4")
    return lambda connection, stores: undo_admission(connection, command, stores=stores)


def at_once(service: EnrolmentService, stores: Stores, *steps: Step) -> list[str]:
    """Take steps at once, and tell how each ended."""
    start = threading.Barrier(len(steps))

    def take(step: Step) -> str:
        start.wait(PATIENCE)
        try:
            service.transactions.run(lambda connection: step(connection, stores))
        except Problem as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(take, steps))


def steps_told(house: House) -> int:
    """Count the entries about steps in cases, but for the opening and the first decision."""
    told = [entry["kind"] for entry in house.entries()]
    return sum(kind.startswith("exclusion-case-") for kind in told)


def test_of_two_operators_who_decide_on_a_case_at_once_one_does(house: House) -> None:
    case_id = case_about(house, house.award())
    stores = house.service.stores
    outcomes = at_once(house.service, stores, upholding(case_id), upholding(case_id))
    assert sorted(outcomes) == ["done", "state-conflict"]
    assert steps_told(house) == 2
    assert house.differences() == []


def test_if_cases_were_not_locked_both_would_decide(
    house: House, careless: tuple[EnrolmentService, Stores]
) -> None:
    case_id = case_about(house, house.award())
    outcomes = at_once(*careless, upholding(case_id), dismissing(case_id))
    assert outcomes == ["done", "done"]
    assert steps_told(house) == 3


def test_an_appeal_and_a_dismissal_at_once_never_both_take_effect(house: House) -> None:
    card = house.award()
    case_id = case_about(house, card)
    document(decide(house, case_id, "upheld"))
    stores = house.service.stores
    outcomes = at_once(house.service, stores, appealing(case_id, card), dismissing(case_id))
    assert sorted(outcomes) == ["done", "state-conflict"]
    [case] = cases(house)
    assert case["status"] == ("appealed" if outcomes[0] == "done" else "dismissed")
    assert house.differences() == []


def test_if_cases_were_not_locked_an_appeal_would_be_filed_in_a_case_that_has_ended(
    house: House, careless: tuple[EnrolmentService, Stores]
) -> None:
    card = house.award()
    case_id = case_about(house, card)
    document(decide(house, case_id, "upheld"))
    assert at_once(*careless, appealing(case_id, card), dismissing(case_id)) == ["done", "done"]
    assert steps_told(house) == 4


def test_an_exclusion_is_upheld_or_the_card_revoked_for_something_else_never_both(
    house: House,
) -> None:
    card = house.award()
    case_id = case_about(house, card)
    stores = house.service.stores
    outcomes = at_once(house.service, stores, upholding(case_id), revoking(card, "INSP-1"))
    [case] = cases(house)
    assert (outcomes, case["status"]) in (
        (["done", "exclusion-case-stands"], "upheld"),
        (["state-conflict", "done"], "lapsed"),
    )
    assert house.differences() == []


def test_if_cases_were_not_locked_a_card_would_be_revoked_past_an_appeal(
    house: House, careless: tuple[EnrolmentService, Stores]
) -> None:
    card = house.award()
    case_id = case_about(house, card)
    assert at_once(*careless, upholding(case_id), revoking(card, "INSP-1")) == ["done", "done"]


def test_a_case_lapses_with_its_withdrawn_card_whatever_is_decided_meanwhile(house: House) -> None:
    case_id = case_about(house, house.award())
    stores = house.service.stores
    outcomes = at_once(house.service, stores, upholding(case_id), undoing(house))
    assert outcomes in (["done", "done"], ["state-conflict", "done"])
    [case] = cases(house)
    assert (case["status"], case["upheld"] is not None) == ("lapsed", outcomes[0] == "done")
    assert house.differences() == []


def test_if_cases_were_not_locked_one_would_go_on_about_a_withdrawn_card(
    house: House, careless: tuple[EnrolmentService, Stores]
) -> None:
    case_id = case_about(house, house.award())
    assert at_once(*careless, upholding(case_id), undoing(house)) == ["done", "done"]
    assert house.differences()
