"""Giving seats back through the API: money and seat return, each by one compensating entry."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from chassis.clock import read_instant, utc_now
from chassis.identifiers import new_id
from services.enrolment.storage.tables.seats import ENROLMENT
from services.enrolment.worker import settle_called_off_classes
from tests.chassis.problem_documents import code, pointers
from tests.services.enrolment.house import (
    DAY,
    PRICE,
    House,
    document,
    same_but_request_id,
)
from tests.services.enrolment.people import HeldCard
from tests.services.enrolment.teaching import HOUR, held, taught

BALANCE = 3_500_000


@pytest.mark.parametrize("role", ["holder", "provider", "operator"])
def test_money_and_seat_come_back(shared_house: House, role: str) -> None:
    provider = new_id()
    class_id = shared_house.put_class(provider_id=provider, declared_seats=1)
    card = shared_house.award()
    taken = shared_house.enrolled(card, class_id)
    claims = {"card": card.card_ref, "provider": provider}
    answer = document(shared_house.cancel(taken["id"], role, **claims))
    assert answer == {
        "id": taken["id"],
        "status": "cancelled",
        "refunded": PRICE,
        "position": answer["position"],
    }
    seats = document(shared_house.get(f"/classes/{class_id}/availability"))
    assert (seats["held"], seats["seats_left"]) == (0, 1)
    mine = document(shared_house.get("/cards/me", "holder", card=card.card_ref))
    assert (mine["balance"], mine["status"]) == (BALANCE, "awarded")
    assert mine["deadline"] is not None
    entry = shared_house.entries()[answer["position"] - 1]
    assert (entry["kind"], entry["role"]) == ("enrolment-cancelled", role)
    assert entry["body"]["reason"] == "Jadwal berubah"
    assert shared_house.enrol(shared_house.award(), class_id).status_code == 201


def test_a_second_cancellation_is_refused_and_changes_nothing(shared_house: House) -> None:
    taken = shared_house.enrolled(shared_house.award(), shared_house.put_class())
    shared_house.cancel(taken["id"], "operator")
    before = shared_house.tables()
    answer = shared_house.cancel(taken["id"], "operator")
    assert code(answer) == (409, "cancellation-closed")
    assert document(answer, 409)["enrolment_status"] == "cancelled"
    assert shared_house.tables() == before


@pytest.mark.parametrize("role", ["holder", "provider"])
def test_what_is_anothers_cannot_be_cancelled_nor_told_from_what_is_absent(
    shared_house: House, role: str
) -> None:
    taken = shared_house.enrolled(shared_house.award(), shared_house.put_class())
    stranger = {"card": shared_house.award().card_ref, "provider": new_id()}
    before = shared_house.tables()
    answers = [
        shared_house.cancel(enrolment_id, role, **stranger)
        for enrolment_id in (taken["id"], new_id())
    ]
    assert code(answers[0]) == (404, "not-found")
    assert same_but_request_id(*answers)
    assert shared_house.tables() == before


def test_a_holder_cannot_cancel_once_the_class_has_begun_but_the_provider_can(
    shared_house: House,
) -> None:
    provider, card = new_id(), shared_house.award()
    class_id = shared_house.put_class(provider_id=provider)
    taken = shared_house.enrolled(card, class_id)
    shared_house.put_class(class_id, provider_id=provider, starts_at=utc_now() - HOUR)
    before = shared_house.tables()
    refused = shared_house.cancel(taken["id"], "holder", card=card.card_ref)
    assert code(refused) == (409, "cancellation-closed")
    assert shared_house.tables() == before
    assert shared_house.cancel(taken["id"], "provider", provider=provider).status_code == 200


@pytest.mark.parametrize("told", ["nothing", "came", "stayed away"])
@pytest.mark.parametrize("ended", [HOUR, 20 * DAY])
def test_once_a_class_has_ended_nobody_goes_round_its_result(
    house: House, told: str, ended: timedelta
) -> None:
    """Also its provider whose fourteen days are over; an operator cancels only where nobody said anything."""
    of = taught(house, ended=ended)
    if told != "nothing":
        document(of.record(of.item(present=told == "came")))
    before = house.tables()
    refused = house.cancel(of.enrolments[0], "provider", provider=of.provider_id)
    assert code(refused) == (409, "cancellation-closed")
    assert document(refused, 409)["enrolment_status"] == "active"
    assert read_instant(document(refused, 409)["ends_at"]) < utc_now()
    assert house.tables() == before
    if told == "nothing":
        assert document(house.cancel(of.enrolments[0], "operator"))["refunded"] == PRICE
    else:
        refused = house.cancel(of.enrolments[0], "operator")
        assert code(refused) == (409, "cancellation-closed")
        assert house.tables() == before
        given = document(of.judge(role="operator"))["status"]
        assert given == ("incomplete" if told == "came" else "no_show")
    assert house.differences() == []


def test_a_class_called_off_before_its_end_is_settled_after_it_whoever_cancels(
    house: House,
) -> None:
    of = taught(house, 4)
    of.came(0)
    of.put(status="cancelled", reason="Pengajar sakit", **held())
    own = {"provider": of.provider_id, "card": of.cards[1].card_ref}
    for person, role in enumerate(("provider", "holder", "operator")):
        answer = house.cancel(of.enrolments[person], role, **own)
        assert document(answer)["refunded"] == PRICE
    assert settle_called_off_classes(house.service.stores, house.service.transactions) == 1
    assert {of.card(person)["balance"] for person in range(4)} == {BALANCE}
    assert house.differences() == []


def test_a_price_that_changed_since_is_not_what_comes_back(shared_house: House) -> None:
    class_id = shared_house.put_class(price=400_000)
    card = shared_house.award()
    taken = shared_house.enrolled(card, class_id, price=400_000)
    shared_house.put_class(class_id, price=900_000)
    assert document(shared_house.cancel(taken["id"], "operator"))["refunded"] == 400_000
    mine = document(shared_house.get("/cards/me", "holder", card=card.card_ref))
    assert mine["balance"] == BALANCE


def test_a_seat_that_was_free_of_charge_comes_back_without_money(shared_house: House) -> None:
    class_id, card = shared_house.put_class(price=0), shared_house.award()
    taken = shared_house.enrolled(card, class_id, price=0)
    answer = document(shared_house.cancel(taken["id"], "operator"))
    assert answer["refunded"] == 0
    assert shared_house.entries()[answer["position"] - 1]["body"]["movement_id"] is None
    items = document(shared_house.get("/cards/me/statement", "holder", card=card.card_ref))["items"]
    assert [item["cause"] for item in items] == ["award"]


def test_a_seat_that_comes_free_shrinks_a_class_lowered_below_its_held_seats(
    shared_house: House,
) -> None:
    class_id = shared_house.put_class(declared_seats=3)
    taken = [shared_house.enrolled(card, class_id) for card in shared_house.award_many(3)]
    shared_house.put_class(class_id, declared_seats=1)
    held = []
    for enrolment in taken:
        seats = document(shared_house.get(f"/classes/{class_id}/availability"))
        held.append((seats["held"], seats["seats"], seats["seats_left"]))
        shared_house.cancel(enrolment["id"], "operator")
    assert held == [(3, 3, 0), (2, 2, 0), (1, 1, 0)]
    assert document(shared_house.get(f"/classes/{class_id}/availability"))["seats_left"] == 1


@pytest.mark.parametrize(
    "reason",
    [None, "", "ab", "x" * 501, "  padded", 5, ["a"], "bell\u0007", "\u202eright to left"],
)
def test_a_cancellation_needs_a_reason(shared_house: House, reason: object) -> None:
    taken = shared_house.enrolled(shared_house.award(), shared_house.put_class())
    before = shared_house.tables()
    path = f"/enrolments/{taken['id']}/cancellation"
    answer = shared_house.post(path, {"reason": reason}, "operator")
    assert code(answer) == (422, "validation-failed")
    assert pointers(answer) == ["/reason"]
    assert shared_house.tables() == before


@pytest.mark.parametrize(
    "reason",
    [
        "Peserta 3273010205900001 pindah",
        "NIK 3273 0102 0590 0001",
        "kartu 1234-5678-9012-3456 hilang",
        "kartu 1234.5678.9012.3456 hilang",
        "NIK ３２７３０１０２０５９００００１",
    ],
)
def test_a_reason_that_holds_a_personal_number_is_refused(shared_house: House, reason: str) -> None:
    taken = shared_house.enrolled(shared_house.award(), shared_house.put_class())
    before = shared_house.tables()
    answer = shared_house.cancel(taken["id"], "operator", reason=reason)
    assert code(answer) == (422, "validation-failed")
    assert pointers(answer) == ["/reason"]
    assert shared_house.tables() == before


def test_a_reason_may_name_dates_amounts_and_lines(shared_house: House) -> None:
    taken = shared_house.enrolled(shared_house.award(), shared_house.put_class())
    reason = "Pindah ke 2026-12-01 08:00-16:00,\nbiaya Rp1.500.000 dan Rp 2.000.000."
    assert shared_house.cancel(taken["id"], "operator", reason=reason).status_code == 200


def let_days_pass(house: House, enrolment_id: str, *, days: int) -> None:
    """Let a class have been bought so many days earlier."""
    with house.as_owner() as connection:
        mine = ENROLMENT.c.enrolment_id == enrolment_id
        bought = connection.execute(sa.select(ENROLMENT.c.enrolled_at).where(mine)).scalar_one()
        change = {"enrolled_at": bought - timedelta(days=days)}
        connection.execute(sa.update(ENROLMENT).where(mine).values(**change))


def test_a_clock_goes_on_for_a_holder_and_is_given_back_by_a_provider(shared_house: House) -> None:
    left = {}
    for role in ("holder", "provider"):
        provider, card = new_id(), shared_house.award()
        first = document(shared_house.get("/cards/me", "holder", card=card.card_ref))["deadline"]
        taken = shared_house.enrolled(card, shared_house.put_class(provider_id=provider))
        let_days_pass(shared_house, taken["id"], days=3)
        shared_house.cancel(taken["id"], role, card=card.card_ref, provider=provider)
        now = document(shared_house.get("/cards/me", "holder", card=card.card_ref))["deadline"]
        left[role] = (first, now)
    assert left["holder"][0] == left["holder"][1]
    assert left["provider"][0] < left["provider"][1]


def test_seats_taken_and_given_back_at_the_same_time_add_up(shared_house: House) -> None:
    class_id = shared_house.put_class(declared_seats=4)
    cards = shared_house.award_many(12)

    def come_and_go(card: HeldCard) -> int:
        answer = shared_house.enrol(card, class_id)
        if answer.status_code == 201:
            shared_house.cancel(document(answer, 201)["id"], "holder", card=card.card_ref)
        return answer.status_code

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(come_and_go, cards))
    assert set(outcomes) <= {201, 409}
    assert document(shared_house.get(f"/classes/{class_id}/availability"))["held"] == 0
