"""When a class is called off, everybody in it gets seat, money and time back without doing anything."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.clock import utc_now
from chassis.database import Database
from chassis.journal import Entry, Journal
from deploy.local.databases import ServiceDatabase
from services.enrolment import worker
from services.enrolment.domain.seats.enrolment import Enrolment
from services.enrolment.service import open_storage
from services.enrolment.storage.enrolments import EnrolmentStore
from services.enrolment.storage.stores import Stores
from services.enrolment.storage.tables.programme import CARD
from services.enrolment.storage.tables.seats import ENROLMENT
from services.enrolment.use_cases.seats import cancel_enrolments_of_called_off_class as settling
from services.enrolment.worker import settle_called_off_classes
from tests.chassis.problem_documents import code
from tests.services.enrolment.house import DAY, PRICE, House, document, house_on, settings_for
from tests.services.enrolment.people import HeldCard

BALANCE = 3_500_000
REASON = "Gedung kebanjiran"


def call_off(house: House, class_id: str, **changes: Any) -> None:
    """Let the catalogue's follower copy that a class was called off."""
    house.put_class(class_id, **{"status": "cancelled", "reason": REASON, **changes})


def settle(house: House, stores: Stores | None = None) -> int:
    """Do one round of the worker's."""
    service = house.service
    return settle_called_off_classes(stores or service.stores, service.transactions)


def settle_all(house: House) -> list[int]:
    rounds = []
    while done := settle(house):
        rounds.append(done)
    return rounds


def fill(house: House, class_id: str, count: int) -> list[tuple[HeldCard, dict[str, Any]]]:
    """Let so many people enrol in a class."""
    return [(card, house.enrolled(card, class_id)) for card in house.award_many(count)]


def card_of(house: House, card: HeldCard) -> dict[str, Any]:
    shown: dict[str, Any] = document(house.get("/cards/me", "holder", card=card.card_ref))
    return shown


def cancellations(house: House, class_id: str) -> list[dict[str, Any]]:
    return [
        entry
        for entry in house.entries()
        if entry["kind"] == "enrolment-cancelled" and entry["class_id"] == class_id
    ]


def held(house: House, class_id: str) -> int:
    seats: int = document(house.get(f"/classes/{class_id}/availability"))["held"]
    return seats


def test_everybody_in_it_gets_seat_money_state_and_time_back(house: House) -> None:
    class_id = house.put_class(declared_seats=3)
    cards = house.award_many(3)
    deadlines = [card_of(house, card)["deadline"] for card in cards]
    taken = [house.enrolled(card, class_id) for card in cards]
    house.redeem(taken[2]["id"], taken[2]["redeem_code"], "holder", card=cards[2].card_ref)
    call_off(house, class_id)
    assert settle_all(house) == [3]
    assert held(house, class_id) == 0
    for card, deadline in zip(cards, deadlines, strict=True):
        shown = card_of(house, card)
        assert (shown["balance"], shown["status"]) == (BALANCE, "awarded")
        assert shown["deadline"] >= deadline, "on the day of the purchase it is the same"
    assert house.differences() == []


def test_each_enrolment_has_one_entry_by_the_system_with_the_catalogues_reason(
    house: House,
) -> None:
    class_id = house.put_class()
    taken = fill(house, class_id, 3)
    call_off(house, class_id)
    settle_all(house)
    entries = cancellations(house, class_id)
    assert [entry["body"]["enrolment_id"] for entry in entries] == [each["id"] for _, each in taken]
    assert [entry["card_ref"] for entry in entries] == [card.card_ref for card, _ in taken]
    assert {(e["actor"], e["role"], e["body"]["reason"]) for e in entries} == {
        ("enrolment-worker", "system", REASON)
    }
    assert [entry["body"]["held"] for entry in entries] == [2, 1, 0]
    card, enrolment = taken[0]
    timeline = document(
        house.get(f"/enrolments/{enrolment['id']}/timeline", "holder", card=card.card_ref)
    )
    last = timeline["events"][-1]
    assert (last["kind"], last["role"], last["reason"]) == ("enrolment-cancelled", "system", REASON)
    assert (timeline["status"], timeline["next"]) == ("cancelled", None)


def test_who_bought_nearly_too_late_has_as_much_time_as_then(house: House) -> None:
    class_id, card = house.put_class(), house.award()
    house.enrolled(card, class_id)
    with house.as_owner() as connection:
        # Bought ten days ago, a day before the card would have expired.
        enrolled_at = connection.execute(sa.select(ENROLMENT.c.enrolled_at)).scalar_one() - 10 * DAY
        connection.execute(
            sa.update(ENROLMENT).values(
                enrolled_at=enrolled_at, card_deadline_before=enrolled_at + DAY
            )
        )
    call_off(house, class_id)
    settle_all(house)
    with house.service.database.reading() as connection:
        deadline = connection.execute(sa.select(CARD.c.deadline)).scalar_one()
        now = house.service.database.now(connection)
    assert now + DAY < deadline <= now + 2 * DAY, "a day was left, and days end at midnight"
    assert card_of(house, card)["status"] == "awarded"


def test_a_holder_can_buy_the_next_class_at_once(house: House) -> None:
    class_id, card = house.put_class(), house.award()
    house.enrolled(card, class_id)
    call_off(house, class_id)
    settle_all(house)
    assert house.enrol(card, house.put_class()).status_code == 201


def test_a_large_class_is_settled_in_short_transactions(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "CANCELLED_AT_ONCE", 2)
    large, small = house.put_class(), house.put_class()
    fill(house, large, 5)
    fill(house, small, 1)
    for class_id in (large, small):
        call_off(house, class_id)
    assert settle_all(house) == [3, 2, 1]
    assert [held(house, large), held(house, small)] == [0, 0]
    assert len(cancellations(house, large)) == 5
    assert house.differences() == []


class CrashingJournal(Journal):
    """A journal whose process ends when the next entries are appended."""

    def append(self, connection: sa.Connection, entries: Sequence[Entry], **named: Any) -> int:
        super().append(connection, entries, **named)
        raise SystemExit


def test_a_worker_that_crashes_leaves_nothing_half_done_and_the_next_one_does_the_rest(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "CANCELLED_AT_ONCE", 2)
    class_id = house.put_class()
    taken = fill(house, class_id, 5)
    call_off(house, class_id)
    assert settle(house) == 2
    stores = house.service.stores
    before = house.tables()
    crashing = replace(stores, journal=CrashingJournal(stores.database, stores.journal.tables))
    with pytest.raises(SystemExit):
        settle(house, crashing)
    assert house.tables() == before
    assert house.differences() == []
    assert settle_in_a_new_process(house) == [2, 1]
    assert held(house, class_id) == 0
    assert {card_of(house, card)["balance"] for card, _ in taken} == {BALANCE}
    assert len(cancellations(house, class_id)) == 5
    assert house.differences() == []


def settle_in_a_new_process(house: House) -> list[int]:
    """Settle with nothing but what the tables say."""
    settings = settings_for(house.places.application)
    database = Database(settings.database_url, pool_size=1)
    stores, transactions = open_storage(settings, database)
    rounds = []
    while done := settle_called_off_classes(stores, transactions):
        rounds.append(done)
    database.dispose()
    return rounds


def test_who_cancels_by_hand_at_the_same_moment_gets_everything_back_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "CANCELLED_AT_ONCE", 2)
    class_id = house.put_class(declared_seats=12)
    taken = fill(house, class_id, 12)
    call_off(house, class_id)
    begin = threading.Barrier(5)

    def by_hand(some: Sequence[tuple[HeldCard, dict[str, Any]]]) -> list[int]:
        begin.wait()
        return [
            house.cancel(enrolment["id"], "holder", card=card.card_ref).status_code
            for card, enrolment in reversed(some)
        ]

    def by_system(_: object) -> list[int]:
        begin.wait()
        return settle_all(house)

    with ThreadPoolExecutor(5) as pool:
        systems = [pool.submit(by_system, None) for _ in range(2)]
        holders = [pool.submit(by_hand, taken[number::3]) for number in range(3)]
        settled = sum(sum(future.result()) for future in systems)
        answers = Counter(status for future in holders for status in future.result())
    assert answers.keys() <= {200, 409}
    assert answers[200] + settled == 12
    ids = [entry["body"]["enrolment_id"] for entry in cancellations(house, class_id)]
    assert sorted(ids) == sorted(enrolment["id"] for _, enrolment in taken)
    assert {card_of(house, card)["balance"] for card, _ in taken} == {BALANCE}
    assert held(house, class_id) == 0
    assert house.differences() == []


def test_who_cancels_by_hand_just_after_the_system_is_told_that_everything_is_back(
    house: House,
) -> None:
    class_id = house.put_class()
    [(card, enrolment)] = fill(house, class_id, 1)
    call_off(house, class_id)
    settle_all(house)
    before = house.tables()
    answer = house.cancel(enrolment["id"], "holder", card=card.card_ref)
    assert code(answer) == (409, "cancellation-closed")
    refusal = document(answer, 409)
    assert refusal["enrolment_status"] == "cancelled"
    assert refusal["detail"].startswith("This enrolment was cancelled already: the seat is given")
    assert house.tables() == before


def test_a_class_of_an_archived_course_goes_on_until_it_is_called_off_too(house: House) -> None:
    class_id = house.put_class()
    [(card, enrolment)] = fill(house, class_id, 1)
    house.put_class(class_id, status="closed")
    assert settle_all(house) == []
    shown = house.redeem(enrolment["id"], enrolment["redeem_code"], "holder", card=card.card_ref)
    assert document(shown)["status"] == "active"
    call_off(house, class_id)
    assert settle_all(house) == [1]
    assert card_of(house, card)["balance"] == BALANCE


def test_a_class_that_was_called_off_after_it_began_gives_everything_back(house: House) -> None:
    class_id = house.put_class()
    [(card, _)] = fill(house, class_id, 1)
    with house.service.database.reading() as connection:
        now = house.service.database.now(connection)
    call_off(house, class_id, starts_at=now - DAY)
    assert settle_all(house) == [1]
    assert card_of(house, card)["balance"] == BALANCE


def test_a_class_that_is_on_again_keeps_who_is_in_it(house: House) -> None:
    class_id = house.put_class()
    fill(house, class_id, 1)
    before = house.tables()
    call = settling.cancel_enrolments_of_called_off_class
    service = house.service
    done = service.transactions.run(
        lambda connection: call(connection, class_id, request_id="r", stores=service.stores)
    )
    assert done == 0
    assert house.tables() == before


class FailingEnrolments(EnrolmentStore):
    """Enrolments of which those of one class cannot be read."""

    def __init__(self, database: Database, class_id: str) -> None:
        super().__init__(database)
        self._class_id = class_id

    def live_in(self, connection: sa.Connection, class_id: str, *, limit: int) -> list[Enrolment]:
        if class_id == self._class_id:
            raise RuntimeError("this class cannot be read")
        return super().live_in(connection, class_id, limit=limit)


def test_a_class_that_fails_keeps_no_other_from_being_settled(house: House) -> None:
    failing, other = sorted(house.put_class() for _ in range(2))
    for class_id in (failing, other):
        fill(house, class_id, 1)
        call_off(house, class_id)
    stores = house.service.stores
    broken = replace(stores, enrolments=FailingEnrolments(stores.database, failing))
    with pytest.raises(RuntimeError, match="cannot be read"):
        settle(house, broken)
    assert [held(house, failing), held(house, other)] == [1, 0]


def test_however_many_classes_fail_the_others_are_settled_in_the_same_round(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "CLASSES_AT_ONCE", 1)
    failing, *others = sorted(house.put_class() for _ in range(3))
    for class_id in (failing, *others):
        fill(house, class_id, 1)
        call_off(house, class_id)
    stores = house.service.stores
    broken = replace(stores, enrolments=FailingEnrolments(stores.database, failing))
    with pytest.raises(RuntimeError, match="cannot be read"):
        settle(house, broken)
    assert [held(house, each) for each in (failing, *others)] == [1, 0, 0]


def test_a_card_with_another_running_training_stays_in_training(
    provision: Callable[[str], ServiceDatabase],
) -> None:
    with house_on(provision("services.enrolment"), live_enrolments=2) as house:
        class_id, card = house.put_class(), house.award()
        house.enrolled(card, class_id)
        house.enrolled(card, house.put_class(starts_at=utc_now() + 20 * DAY))
        call_off(house, class_id)
        assert settle_all(house) == [1]
        assert card_of(house, card)["status"] == "in_training"
        assert card_of(house, card)["balance"] == BALANCE - PRICE
        assert house.differences() == []
