"""A result against another one, against a correction of its evidence, and against a cancellation."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from chassis.database import Database
from chassis.identifiers import new_id
from chassis.identity import Principal
from services.enrolment.api.attendance import read_item
from services.enrolment.domain.learning.evidence import Evidence
from services.enrolment.domain.seats.enrolment import PastEnrolment
from services.enrolment.service import EnrolmentService
from services.enrolment.storage.enrolments import EnrolmentStore
from services.enrolment.storage.evidence import EvidenceStore
from services.enrolment.storage.stores import Stores
from services.enrolment.storage.tables.learning import TRAINING_RESULT
from services.enrolment.use_cases.learning.give_results import GiveResult, give_result_of_one
from services.enrolment.use_cases.learning.record_attendance import (
    RecordAttendance,
    record_attendance,
)
from services.enrolment.use_cases.seats.cancel_enrolment import CancelEnrolment, cancel_enrolment
from tests.chassis.problem_documents import code
from tests.services.enrolment.careless import UnlockedCards, careless_service
from tests.services.enrolment.house import House, document
from tests.services.enrolment.teaching import Taught, taught

TOGETHER = 8
Step = Callable[[sa.Connection], Any]


def results(house: House) -> int:
    with house.service.database.reading() as connection:
        counted = sa.select(sa.func.count()).select_from(TRAINING_RESULT)
        return int(connection.execute(counted).scalar_one())


def staff_of(of: Taught, number: int = 1) -> Principal:
    return Principal(
        f"staff:{number}", "provider", provider=of.provider_id, card=None, region=None, expires_at=0
    )


class MetEnrolments(EnrolmentStore):
    """Enrolments of which two have read the same before either goes on."""

    def __init__(self, database: Database, meeting: threading.Barrier) -> None:
        super().__init__(database)
        self._meeting = meeting

    def history(
        self, connection: sa.Connection, card_refs: Sequence[str]
    ) -> dict[str, list[PastEnrolment]]:
        found = super().history(connection, card_refs)
        self._meeting.wait(10)
        return found


class MetEvidence(EvidenceStore):
    """Evidence that is read by who judges, and by who adds to it, before either goes on."""

    def __init__(self, database: Database, meeting: threading.Barrier) -> None:
        super().__init__(database)
        self._meeting = meeting

    def of(
        self, connection: sa.Connection, enrolment_ids: Sequence[str]
    ) -> dict[str, list[Evidence]]:
        found = super().of(connection, enrolment_ids)
        self._meeting.wait(10)
        return found

    def counts(self, connection: sa.Connection, enrolment_ids: Sequence[str]) -> dict[str, int]:
        found = super().counts(connection, enrolment_ids)
        self._meeting.wait(10)
        return found


def without_locks(house: House) -> tuple[EnrolmentService, Stores]:
    """Return the service with nobody locking cards, and two who read the same before either goes on."""
    careless = careless_service(house)
    database = careless.database
    met = MetEnrolments(database, threading.Barrier(2))
    return careless, replace(careless.stores, cards=UnlockedCards(database), enrolments=met)


def both(careless: EnrolmentService, *steps: Step) -> list[str]:
    """Take two steps at once; return for each how it ended."""

    def take(step: Step) -> str:
        try:
            careless.transactions.run(step)
        except sa.exc.IntegrityError:
            return "refused by the database"
        return "done"

    try:
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(take, steps))
    finally:
        careless.database.dispose()


def test_of_many_who_judge_at_once_one_does_and_the_money_moves_once(house: House) -> None:
    of = taught(house)
    of.came(0, 1)
    start = threading.Barrier(TOGETHER)

    def judge(number: int) -> int:
        start.wait()
        return of.judge(subject=f"staff:{number}").status_code

    with ThreadPoolExecutor(TOGETHER) as pool:
        assert Counter(pool.map(judge, range(TOGETHER))) == {200: 1, 409: TOGETHER - 1}
    assert results(house) == 1
    assert house.differences() == []


def test_if_cards_were_not_locked_the_database_alone_would_let_one_result_stand(
    house: House,
) -> None:
    of = taught(house)
    of.came(0, 1)
    careless, stores = without_locks(house)

    def judging(number: int) -> Step:
        command = GiveResult(None, staff_of(of, number), f"request-{number}")
        return lambda connection: give_result_of_one(
            connection, of.enrolments[0], command, stores=stores
        )

    ended = Counter(both(careless, judging(1), judging(2)))
    assert ended == {"done": 1, "refused by the database": 1}
    assert results(house) == 1


def test_a_correction_counts_for_the_result_or_says_that_it_does_not(house: House) -> None:
    of = taught(house, TOGETHER)
    wrong = [of.came(person)["accepted"][0]["evidence_id"] for person in range(TOGETHER)]
    start = threading.Barrier(2 * TOGETHER)

    def judge(person: int) -> str:
        start.wait()
        return str(document(of.judge(person))["status"])

    def correct(person: int) -> bool:
        start.wait()
        item = of.item(person, present=False, corrects=wrong[person], reason="Salah orang")
        return bool(document(of.record(item))["accepted"][0]["counts"])

    with ThreadPoolExecutor(2 * TOGETHER) as pool:
        judging = [pool.submit(judge, person) for person in range(TOGETHER)]
        correcting = [pool.submit(correct, person) for person in range(TOGETHER)]
        pairs = {(j.result(), c.result()) for j, c in zip(judging, correcting, strict=True)}
    assert pairs <= {("completed", False), ("no_show", True)}
    assert house.differences() == []


def test_if_cards_were_not_locked_a_correction_would_count_for_a_result_that_knows_nothing_of_it(
    house: House,
) -> None:
    of = taught(house)
    wrong = of.came()["accepted"][0]["evidence_id"]
    careless = careless_service(house)
    met = MetEvidence(careless.database, threading.Barrier(2))
    stores = replace(careless.stores, cards=UnlockedCards(careless.database), evidence=met)
    item = of.item(0, present=False, corrects=wrong, reason="Salah orang")
    correction = RecordAttendance([read_item(item)], staff_of(of), "request-1")
    command = GiveResult(None, staff_of(of), "request-2")
    both(
        careless,
        lambda connection: record_attendance(connection, correction, stores=stores),
        lambda connection: give_result_of_one(connection, of.enrolments[0], command, stores=stores),
    )
    told = [entry["body"]["counts"] for entry in house.entries() if "counts" in entry["body"]]
    assert (of.state(), told[-1]) == ("completed", True)


def test_a_training_is_judged_or_cancelled_and_never_both(house: House) -> None:
    """Whoever records evidence and judges by it meets who cancels because there is none."""
    of = taught(house, TOGETHER)
    start = threading.Barrier(2 * TOGETHER)

    def judge(person: int) -> str:
        item = of.item(person)
        start.wait()
        told = document(of.record(item))
        if told["refused"]:
            return str(told["refused"][0]["code"])
        return "judged" if of.judge(person).status_code == 200 else "not judged"

    def cancel(person: int) -> str:
        start.wait()
        answer = house.cancel(of.enrolments[person], "operator")
        return "cancelled" if answer.status_code == 200 else code(answer)[1]

    with ThreadPoolExecutor(2 * TOGETHER) as pool:
        judging = [pool.submit(judge, person) for person in range(TOGETHER)]
        cancelling = [pool.submit(cancel, person) for person in range(TOGETHER)]
        pairs = {(j.result(), c.result()) for j, c in zip(judging, cancelling, strict=True)}
    assert pairs <= {("judged", "cancellation-closed"), ("state-conflict", "cancelled")}
    assert house.differences() == []


def cancelling(of: Taught) -> CancelEnrolment:
    operator = Principal("operator:1", "operator", None, None, None, expires_at=0)
    return CancelEnrolment(of.enrolments[0], new_id(), "Sakit", operator, "request-2")


def test_if_cards_were_not_locked_a_training_would_be_cancelled_of_which_evidence_counts(
    house: House,
) -> None:
    of = taught(house)
    careless = careless_service(house)
    met = MetEvidence(careless.database, threading.Barrier(2))
    stores = replace(careless.stores, cards=UnlockedCards(careless.database), evidence=met)
    recording = RecordAttendance([read_item(of.item())], staff_of(of), "request-1")
    both(
        careless,
        lambda connection: record_attendance(connection, recording, stores=stores),
        lambda connection: cancel_enrolment(connection, cancelling(of), stores=stores),
    )
    told = [entry["body"]["counts"] for entry in house.entries() if "counts" in entry["body"]]
    assert (of.state(), told) == ("cancelled", [True])


class EvidenceOfBefore(EvidenceStore):
    """Evidence as who cancels read it before any came."""

    def of(self, *_: Any) -> dict[str, list[Evidence]]:
        return {}


def judged_and_cancelled_at_once(house: House, of: Taught) -> Counter[str]:
    """Judge somebody who did not complete and cancel the same enrolment, nobody locking the card."""
    careless, stores = without_locks(house)
    before = replace(stores, evidence=EvidenceOfBefore(careless.database))
    judging = GiveResult(None, staff_of(of), "request-1")
    ended = both(
        careless,
        lambda connection: give_result_of_one(connection, of.enrolments[0], judging, stores=stores),
        lambda connection: cancel_enrolment(connection, cancelling(of), stores=before),
    )
    return Counter(ended)


def test_if_cards_were_not_locked_the_database_alone_would_keep_the_money_from_moving_twice(
    house: House,
) -> None:
    of = taught(house)
    of.came(0, 1)
    ended = judged_and_cancelled_at_once(house, of)
    assert ended == {"done": 1, "refused by the database": 1}


def test_if_cards_were_not_locked_a_training_without_a_price_would_be_judged_and_cancelled(
    house: House,
) -> None:
    of = taught(house, price=0)
    of.came(0, 1)
    assert judged_and_cancelled_at_once(house, of) == {"done": 2}
    assert "ends of an enrolment, by journal" in {each["what"] for each in house.differences()}


def test_an_id_that_two_providers_use_at_once_is_one_of_theirs_and_the_others_conflict(
    house: House,
) -> None:
    schools = [taught(house) for _ in range(2)]
    for _ in range(TOGETHER):
        items = [of.item() for of in schools]
        items[1]["evidence_id"] = items[0]["evidence_id"]
        start = threading.Barrier(2)

        def send(number: int, items: list[Any] = items, start: Any = start) -> tuple[int, int]:
            start.wait()
            told = document(schools[number].record(items[number]))
            return len(told["accepted"]), len(told["conflicts"])

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(send, range(2))) == [(0, 1), (1, 0)]
    assert house.differences() == []


def test_if_nobody_looked_again_an_id_of_two_providers_would_be_refused_by_the_database_alone(
    house: House,
) -> None:
    schools = [taught(house) for _ in range(2)]
    items = [of.item() for of in schools]
    items[1]["evidence_id"] = items[0]["evidence_id"]
    careless = careless_service(house)
    met = MetEvidence(careless.database, threading.Barrier(2))
    stores = replace(careless.stores, evidence=met)

    def sending(number: int) -> Step:
        sent = [read_item(items[number])]
        command = RecordAttendance(sent, staff_of(schools[number]), f"request-{number}")
        return lambda connection: record_attendance(connection, command, stores=stores)

    ended = Counter(both(careless, sending(0), sending(1)))
    assert ended == {"done": 1, "refused by the database": 1}


def test_evidence_sent_by_many_at_once_is_kept_once(house: House) -> None:
    of = taught(house)
    items = [of.item(), of.item(0, 999)]
    start = threading.Barrier(TOGETHER)

    def send(_: int) -> tuple[int, int]:
        start.wait()
        told = document(of.record(*items))
        return len(told["accepted"]), len(told["duplicates"])

    with ThreadPoolExecutor(TOGETHER) as pool:
        assert Counter(pool.map(send, range(TOGETHER))) == {(2, 0): 1, (0, 2): TOGETHER - 1}
    assert house.differences() == []
