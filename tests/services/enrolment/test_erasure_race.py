"""An erasure against an admission of the same person and of the same family, a review and an enrolment; with twins in
which nobody takes care.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.database import Database
from chassis.identifiers import new_id
from chassis.identity import Principal
from chassis.sealing import Seal
from services.enrolment.domain.programme.award import Award, Candidate
from services.enrolment.service import EnrolmentService
from services.enrolment.storage.persons import Fingerprints, PersonStore
from services.enrolment.storage.stores import Stores
from services.enrolment.storage.tables.programme import PERSON, SUPPRESSED_PERSON
from services.enrolment.use_cases.learning.review_enrolment import (
    ReviewEnrolment,
    review_enrolment,
)
from services.enrolment.use_cases.programme.admit_candidates import (
    AdmitCandidates,
    admit_candidates,
)
from services.enrolment.use_cases.programme.erase_holder import EraseHolder, erase_holder
from services.enrolment.use_cases.programme.find_traces import find_traces
from services.enrolment.use_cases.programme.revoke_card import RevokeCard, revoke_card
from tests.services.enrolment.careless import UnlockedCards
from tests.services.enrolment.contender import outcome_for
from tests.services.enrolment.erasing import left_of, revoke
from tests.services.enrolment.erasure_races import (
    OPERATOR,
    PATIENCE,
    Step,
    at_once,
    erasing,
    outcome,
)
from tests.services.enrolment.house import House, settings_for
from tests.services.enrolment.people import HeldCard
from tests.services.enrolment.teaching import Taught, taught
from tests.services.enrolment.test_admission_race import candidate

SAID = "Instruktur Tetriwanda sabar sekali"


class ReadApart(PersonStore):
    """Persons of whom the erased are read first, and the others once something else has happened."""

    def __init__(self, house: House, database: Database) -> None:
        settings = settings_for(house.places.application)
        super().__init__(
            database,
            seal=Seal(settings.personal_data_key),
            fingerprints=Fingerprints(settings.fingerprint_key),
        )
        self.was_read, self.may_go_on = threading.Event(), threading.Event()

    def held_niks(self, connection: sa.Connection, digests: Sequence[str]) -> set[str]:
        erased = self._apart(connection, SUPPRESSED_PERSON.c.nik_digest, digests)
        self.was_read.set()
        self.may_go_on.wait(PATIENCE)
        return {*erased, *self._apart(connection, PERSON.c.nik_digest, digests)}

    def recipients(self, connection: sa.Connection, digests: Sequence[str]) -> dict[str, int]:
        found = self._apart(connection, PERSON.c.family_digest, digests)
        return dict(Counter(found))

    def _apart(
        self, connection: sa.Connection, column: sa.Column[Any], digests: Sequence[str]
    ) -> list[str]:
        return list(connection.execute(sa.select(column).where(column.in_(digests))).scalars())


def admitted(service: EnrolmentService, stores: Stores, wave_id: str, one: Candidate) -> str:
    """Admit somebody, and tell how that ended."""
    command = AdmitCandidates(new_id(), wave_id, [one], OPERATOR, "request-1")
    try:
        judged = service.transactions.run(
            lambda connection: admit_candidates(connection, command, stores=stores)
        )
    except sa.exc.IntegrityError:
        return "refused by the database"
    [outcome] = judged.outcomes
    return "awarded" if isinstance(outcome, Award) else outcome.code


def of(card: HeldCard, *, family_card: str | None = None) -> Candidate:
    """Return the holder of a card as a candidate."""
    one = candidate(1, family_card=family_card or card.person.family_card)
    return replace(one, nik=card.person.nik)


def test_whoever_is_erased_while_an_admission_judges_is_refused(house: House) -> None:
    cards = house.award_many(4)
    for card in cards:
        revoke(house, card)
    stores, start = house.service.stores, threading.Barrier(8)
    steps = [erasing(card, stores) for card in cards]

    def admit(card: HeldCard) -> str:
        start.wait(PATIENCE)
        return admitted(house.service, stores, house.wave_id, of(card))

    def erase(step: Step) -> str:
        start.wait(PATIENCE)
        return outcome(house.service, step)

    with ThreadPoolExecutor(8) as pool:
        admitting, erased = pool.map(admit, cards), pool.map(erase, steps)
        assert list(admitting) == ["nik-already-held"] * 4
        assert list(erased) == ["done"] * 4
    assert house.differences() == []


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_if_persons_and_erased_were_read_apart_only_the_database_would_refuse_a_second_card(
    house: House,
) -> None:
    """On SQLite one transaction at a time writes, from its beginning."""
    card = house.award()
    revoke(house, card)
    reading = ReadApart(house, house.service.database)
    stores = replace(house.service.stores, persons=reading)
    step = erasing(card, house.service.stores)
    with ThreadPoolExecutor(1) as pool:
        admitting = pool.submit(admitted, house.service, stores, house.wave_id, of(card))
        assert reading.was_read.wait(PATIENCE)
        assert outcome(house.service, step) == "done"
        reading.may_go_on.set()
        assert admitting.result() == "refused by the database"


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_if_only_persons_were_counted_a_third_of_a_family_card_would_be_admitted(
    house: House,
) -> None:
    family = "3273010101018888"
    card, _ = house.award_many(2, family_card=family)
    revoke(house, card)
    reading = ReadApart(house, house.service.database)
    stores = replace(house.service.stores, persons=reading)
    third = candidate(7_777, family_card=family)
    step = erasing(card, house.service.stores)
    with ThreadPoolExecutor(1) as pool:
        admitting = pool.submit(admitted, house.service, stores, house.wave_id, third)
        assert reading.was_read.wait(PATIENCE)
        assert outcome(house.service, step) == "done"
        reading.may_go_on.set()
        assert admitting.result() == "awarded"
    fourth = candidate(7_778, family_card=family)
    told = admitted(house.service, house.service.stores, house.wave_id, fourth)
    assert told == "family-card-used-up"


class KnownEarly(ReadApart):
    """Persons of whom it is asked whether they are known still, and who are erased before that is acted on."""

    def is_kept(self, connection: sa.Connection, card_ref: str) -> bool:
        kept = super().is_kept(connection, card_ref)
        self.was_read.set()
        self.may_go_on.wait(PATIENCE)
        return kept


def completed(house: House) -> Taught:
    """Let somebody complete a training, and the card be revoked."""
    held = taught(house)
    held.came()
    held.judge()
    revoke(house, held.cards[0])
    return held


def reviewing(held: Taught, stores: Stores) -> Step:
    holder = Principal("holder-1", "holder", None, held.cards[0].card_ref, None, expires_at=0)
    command = ReviewEnrolment(held.enrolments[0], 5, SAID, holder, "request-3")
    return lambda connection: review_enrolment(connection, command, stores=stores)


def texts_left(house: House, held: Taught) -> list[str]:
    return [place for place, text in left_of(house, held.cards[0], SAID) if text == SAID]


def test_a_review_and_an_erasure_at_once_leave_no_text(house: House) -> None:
    held, stores = completed(house), house.service.stores
    steps = (reviewing(held, stores), erasing(held.cards[0], stores))
    reviewed, erased = at_once(house.service, *steps)
    assert reviewed in ("done", "state-conflict")
    assert erased == "done"
    assert texts_left(house, held) == []
    assert house.differences() == []


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_if_cards_were_not_locked_a_review_would_stay_that_was_written_meanwhile(
    house: House,
) -> None:
    held, service = completed(house), house.service
    reading = KnownEarly(house, service.database)
    cards = UnlockedCards(service.database)
    with ThreadPoolExecutor(1) as pool:
        unlocked = replace(service.stores, cards=cards, persons=reading)
        review = pool.submit(outcome, service, reviewing(held, unlocked))
        assert reading.was_read.wait(PATIENCE)
        assert outcome(service, erasing(held.cards[0], service.stores)) == "done"
        reading.may_go_on.set()
        assert review.result() == "done"
    assert texts_left(house, held) == ["review.sealed_text"]


def revoking_and_erasing(card: HeldCard, stores: Stores) -> Step:
    """Return what an operator does who erases the holder of a card that goes on, in one breath."""
    traces = find_traces(None, card.card_ref, stores=stores)
    revocation = RevokeCard(None, card.card_ref, "Permintaan", "PDP-1", OPERATOR, "request-4")
    erasure = EraseHolder(None, card.card_ref, "Permintaan", "PDP-1", OPERATOR, "request-4")

    def step(connection: sa.Connection) -> None:
        revoke_card(connection, revocation, stores=stores)
        erase_holder(connection, erasure, traces, stores=stores)

    return step


def test_who_enrols_while_being_erased_has_a_seat_or_is_gone_and_never_both(house: House) -> None:
    class_id, cards = house.put_class(declared_seats=20), house.award_many(6)
    service, start = house.service, threading.Barrier(12)
    steps = [revoking_and_erasing(card, service.stores) for card in cards]

    def erase(step: Step) -> str:
        start.wait(PATIENCE)
        return outcome(service, step)

    def enrol(card: HeldCard) -> str:
        start.wait(PATIENCE)
        return outcome_for(service, class_id, card.card_ref)

    with ThreadPoolExecutor(12) as pool:
        erased, enrolled = pool.map(erase, steps), pool.map(enrol, cards)
        ended = list(zip(erased, enrolled, strict=True))
    assert set(ended) <= {("done", "card-not-usable"), ("state-conflict", "confirmed")}
    assert house.differences() == []
