"""Joining a waiting list: who may, where, and what is refused at once."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.clock import utc_now
from tests.chassis.problem_documents import code
from tests.services.enrolment.api.waiting_lists.steps import (
    full_class,
    give_back,
    move_class,
    refuse,
    seats,
    shown,
    timeline,
)
from tests.services.enrolment.house import PRICE, House, document


def test_a_timeline_tells_what_is_waited_for(house: House) -> None:
    class_id, (first,) = full_class(house)
    card = house.award()
    place = house.waits(card, class_id)
    told = timeline(house, place, card)
    assert told["status"] == "waitlisted"
    assert told["next"] == {"action": "offer", "actor": "system", "due_at": None, "overdue": False}
    give_back(house, first)
    house.serve_lists()
    told = timeline(house, place, card)
    assert (told["next"]["action"], told["next"]["actor"]) == ("acceptance", "holder")
    assert told["next"]["due_at"] == shown(house, place, card)["offer_expires_at"]
    document(refuse(house, place, card))
    told = timeline(house, place, card)
    assert (told["status"], told["next"]) == ("released", None)
    assert told["events"][-1]["reason"] == "Sudah bekerja"


def test_a_seat_that_is_free_is_taken_at_once_by_who_would_have_waited(house: House) -> None:
    class_id = house.put_class(declared_seats=2)
    body = {"class_id": class_id, "expected_price": PRICE, "waitlist": True}
    card = house.award()
    taken = document(house.post("/enrolments", body, "holder", card=card.card_ref), 201)
    assert taken["status"] == "confirmed"
    assert seats(house, class_id) == (1, 0, 0, 1)


def test_a_place_is_left_at_any_time_by_its_holder_or_the_operator_alone(house: House) -> None:
    class_id, _ = full_class(house)
    cards = house.award_many(3)
    places = [house.waits(card, class_id) for card in cards]
    provider = house.class_values()["provider_id"]
    left = document(house.cancel(places[0]["id"], "holder", card=cards[0].card_ref))
    assert (left["status"], left["refunded"]) == ("released", 0)
    assert code(house.cancel(places[1]["id"], "holder", card=cards[2].card_ref)) == (
        404,
        "not-found",
    )
    assert code(house.cancel(places[1]["id"], "provider", provider=provider)) == (404, "not-found")
    document(house.cancel(places[1]["id"], "operator"))
    assert code(house.cancel(places[1]["id"], "operator")) == (409, "cancellation-closed")
    assert shown(house, places[2], cards[2])["place_in_line"] == 1
    assert house.differences() == []


def test_a_card_stands_once_in_a_list_and_in_three_at_most(house: House) -> None:
    card = house.award()
    classes = [full_class(house)[0] for _ in range(4)]
    for class_id in classes[:3]:
        house.waits(card, class_id)
    before = house.tables()
    for class_id, refusal in (
        (classes[0], "already-waiting"),
        (classes[3], "too-many-waiting-lists"),
    ):
        body = {"class_id": class_id, "expected_price": PRICE, "waitlist": True}
        answer = house.post("/enrolments", body, "holder", card=card.card_ref)
        assert code(answer) == (409, refusal)
    assert house.tables() == before


def test_who_has_the_seat_already_cannot_wait_for_it(house: House) -> None:
    class_id = house.put_class(declared_seats=1)
    card = house.award()
    house.enrolled(card, class_id)
    body = {"class_id": class_id, "expected_price": PRICE, "waitlist": True}
    answer = house.post("/enrolments", body, "holder", card=card.card_ref)
    assert code(answer) == (409, "already-enrolled")


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"mode": "offline"}, "mode-not-in-scheme"),
        ({"price": PRICE + 1}, "price-changed"),
        ({"registration_closes": utc_now()}, "registration-closed"),
    ],
)
def test_what_no_waiting_mends_is_refused_at_once(
    house: House, changes: dict[str, Any], refusal: str
) -> None:
    class_id, _ = full_class(house)
    move_class(house, class_id, **changes)
    before = house.tables()
    body = {"class_id": class_id, "expected_price": PRICE, "waitlist": True}
    answer = house.post("/enrolments", body, "holder", card=house.award().card_ref)
    assert code(answer) == (409, refusal)
    after = house.tables()
    assert (after["place"], after["training_class"]) == (before["place"], before["training_class"])


def test_who_is_assisted_waits_and_accepts_with_consent(house: House) -> None:
    class_id, (first,) = full_class(house)
    card = house.award()
    body = {"class_id": class_id, "expected_price": PRICE, "waitlist": True}
    with_card = {"card_number": card.card_number, "consent": True}
    officer = {"role": "officer", "region": card.person.regency}
    place = document(house.post("/enrolments", {**body, **with_card}, **officer), 201)
    give_back(house, first)
    house.serve_lists()
    path = f"/enrolments/{place['id']}/acceptance"
    assert code(house.post(path, {"card_number": card.card_number}, **officer)) == (
        422,
        "validation-failed",
    )
    document(house.post(path, with_card, **officer), 201)
    told = timeline(house, place, card)
    assert [each["assisted"] for each in told["events"]] == [True, False, True]
    assert house.differences() == []


def test_enrolments_and_places_are_listed_together_the_newest_first(house: House) -> None:
    card = house.award()
    classes = [full_class(house)[0] for _ in range(2)]
    waited = house.waits(card, classes[0])
    taken = house.enrolled(card, house.put_class())
    last = house.waits(card, classes[1])
    ids = []
    path = "/enrolments?limit=1"
    while path:
        page = document(house.get(path, "holder", card=card.card_ref))
        ids += [each["id"] for each in page["items"]]
        cursor = page["next_cursor"]
        path = f"/enrolments?limit=1&cursor={cursor}" if cursor else ""
    assert ids == [last["id"], taken["id"], waited["id"]]
    listed = document(house.get("/enrolments?status=waitlisted", "holder", card=card.card_ref))
    assert [each["place_in_line"] for each in listed["items"]] == [1, 1]
