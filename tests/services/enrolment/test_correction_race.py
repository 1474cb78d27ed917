"""Two who decide on one correction at once, and a correction against an enrolment that spends the same balance."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa

from chassis.database import Database
from chassis.group_commit import GroupCommit
from chassis.identifiers import new_id
from chassis.identity import Principal
from services.enrolment.domain.money.correction import Correction
from services.enrolment.service import EnrolmentService
from services.enrolment.storage.corrections import CorrectionStore, correction_of
from services.enrolment.storage.stores import Stores
from services.enrolment.storage.tables.money import CORRECTION, MOVEMENT
from services.enrolment.use_cases.money.approve_correction import approve_correction
from services.enrolment.use_cases.seats.enrol import EnrolHandler
from tests.chassis.problem_documents import code
from tests.services.enrolment.api.test_corrections import BENEFIT, decide, propose
from tests.services.enrolment.careless import UnlockedCards, careless_service
from tests.services.enrolment.contender import outcome_for
from tests.services.enrolment.house import House

TOGETHER = 8


class UnlockedCorrections(CorrectionStore):
    """Corrections that are read without a lock; nobody goes on before all have read the same."""

    def __init__(self, database: Database, meeting: threading.Barrier) -> None:
        super().__init__(database)
        self._meeting = meeting

    def lock(self, connection: sa.Connection, correction_id: str) -> Correction | None:
        query = sa.select(CORRECTION).where(CORRECTION.c.correction_id == correction_id)
        row = connection.execute(query).one()
        self._meeting.wait(10)
        return correction_of(row)


def movements(house: House) -> int:
    with house.service.database.reading() as connection:
        corrects = MOVEMENT.c.cause == "correction"
        counted = sa.select(sa.func.count()).select_from(MOVEMENT).where(corrects)
        return int(connection.execute(counted).scalar_one())


def test_of_many_who_approve_at_once_one_does_and_the_money_moves_once(house: House) -> None:
    card = house.award()
    proposed = propose(house, card)
    start = threading.Barrier(TOGETHER)

    def approve(number: int) -> int:
        start.wait()
        return decide(house, proposed["id"], "approval", by=f"operator:{number}").status_code

    with ThreadPoolExecutor(TOGETHER) as pool:
        statuses = Counter(pool.map(approve, range(TOGETHER)))
    assert statuses == {200: 1, 409: TOGETHER - 1}
    assert movements(house) == 1
    assert house.differences() == []


@pytest.mark.parametrize(("held_once", "moved"), [(True, 1), (False, 2)])
def test_if_corrections_were_not_locked_the_database_alone_would_let_one_movement_stand(
    house: House, held_once: bool, moved: int
) -> None:
    """Two approvals that read the same: the index refuses the second movement; without it, money moves twice."""
    card = house.award()
    proposed = propose(house, card)
    if not held_once:
        with house.as_owner() as connection:
            connection.execute(sa.text("drop index movement_once_a_correction"))
    careless = careless_service(house)
    meeting = threading.Barrier(2)
    stores = replace(
        careless.stores,
        corrections=UnlockedCorrections(careless.database, meeting),
        cards=UnlockedCards(careless.database),
    )

    def approve(number: int) -> str:
        return _approve(careless, stores, proposed["id"], number)

    with ThreadPoolExecutor(2) as pool:
        outcomes = Counter(pool.map(approve, (1, 2)))
    careless.database.dispose()
    assert (outcomes["approved"], movements(house)) == (moved, moved)
    assert bool(house.differences()) is (moved == 2)


def test_a_correction_and_an_enrolment_never_spend_the_same_balance(house: House) -> None:
    """Of the two, whichever holds the card first; the other is judged by what that left."""
    cards, class_id = house.award_many(TOGETHER), house.put_class(price=BENEFIT)
    proposed = [propose(house, card)["id"] for card in cards]
    start = threading.Barrier(2 * TOGETHER)

    def enrol(number: int) -> str:
        start.wait()
        answer = house.enrol(cards[number], class_id, price=BENEFIT)
        return "enrolled" if answer.status_code == 201 else code(answer)[1]

    def correct(number: int) -> str:
        start.wait()
        answer = decide(house, proposed[number], "approval")
        return "corrected" if answer.status_code == 200 else code(answer)[1]

    with ThreadPoolExecutor(2 * TOGETHER) as pool:
        enrolling = [pool.submit(enrol, number) for number in range(TOGETHER)]
        correcting = [pool.submit(correct, number) for number in range(TOGETHER)]
        pairs = {(e.result(), c.result()) for e, c in zip(enrolling, correcting, strict=True)}
    assert pairs <= {
        ("enrolled", "balance-out-of-bounds"),
        ("insufficient-balance", "corrected"),
    }
    assert house.differences() == []


def test_if_cards_were_not_locked_both_would_spend_it(house: House) -> None:
    card, class_id = house.award(), house.put_class(price=BENEFIT)
    proposed = propose(house, card)
    careless = careless_service(house)
    unlocked = UnlockedCards(careless.database, threading.Barrier(2))
    stores = replace(careless.stores, cards=unlocked)
    handler = EnrolHandler(stores, code_key=careless.code_key)
    enrolling = replace(
        careless, enrolments=GroupCommit(careless.database, stores.answers, handler)
    )
    with ThreadPoolExecutor(2) as pool:
        taken = pool.submit(outcome_for, enrolling, class_id, card.card_ref, price=BENEFIT)
        corrected = pool.submit(_approve, careless, stores, proposed["id"], 1)
        assert (taken.result(), corrected.result()) == ("confirmed", "approved")
    enrolling.enrolments.close()
    what = {difference["what"] for difference in house.differences()}
    assert "card balance, by movements" in what


def _approve(service: EnrolmentService, stores: Stores, correction_id: str, number: int) -> str:
    caller = Principal(f"operator:{number}", "operator", None, None, None, expires_at=0)
    try:
        service.transactions.run(
            lambda connection: approve_correction(
                connection,
                correction_id,
                movement_id=new_id(),
                caller=caller,
                request_id=f"request-{number}",
                stores=stores,
            )
        )
    except sa.exc.IntegrityError:
        return "refused by the database"
    return "approved"
