"""Whose class was called off is told of the course's next classes that can be joined instead."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.clock import utc_now
from chassis.identifiers import new_id
from services.enrolment.worker import settle_called_off_classes
from tests.services.enrolment.house import DAY, House, document

SOON = utc_now().replace(microsecond=0) + 10 * DAY


def called_off(house: House, class_id: str, course_id: str) -> None:
    """Let the follower copy that a class was called off, and give everybody seat and money back."""
    house.put_class(class_id, course_id=course_id, status="cancelled", reason="Banjir")
    settle_called_off_classes(house.service.stores, house.service.transactions)


def suggested(house: House, enrolment_id: str, card_ref: str) -> list[dict[str, Any]]:
    shown = document(house.get(f"/enrolments/{enrolment_id}", "holder", card=card_ref))
    found: list[dict[str, Any]] = shown["next_classes"]
    return found


def test_the_three_that_start_soonest_are_suggested(house: House) -> None:
    course_id = new_id()
    first = house.put_class(course_id=course_id)
    card = house.award()
    taken = house.enrolled(card, first)
    others = [
        house.put_class(course_id=course_id, starts_at=SOON + days * DAY, price=days)
        for days in (9, 2, 5, 7)
    ]
    house.put_class(starts_at=SOON)  # of another course
    called_off(house, first, course_id)
    found = suggested(house, taken["id"], card.card_ref)
    assert [each["id"] for each in found] == [others[1], others[2], others[3]]
    assert found[0]["price"] == 2
    assert found[0]["seats_left"] == 10
    assert found[0]["course_id"] == course_id
    assert found[0].keys() == {
        *taken["class"],
        *("price", "registration_closes", "seats_left"),
    }
    listed = document(house.get("/enrolments", "holder", card=card.card_ref))["items"]
    assert "next_classes" not in listed[0], "a list says less"


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "cancelled"},
        {"status": "closed"},
        {"registration_opens": utc_now() + DAY},
        {"registration_closes": utc_now() - DAY / 24},
        {"declared_seats": 0},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_cannot_be_joined_is_not_suggested(house: House, changes: dict[str, Any]) -> None:
    course_id = new_id()
    first = house.put_class(course_id=course_id)
    card = house.award()
    taken = house.enrolled(card, first)
    house.put_class(course_id=course_id, **changes)
    called_off(house, first, course_id)
    assert suggested(house, taken["id"], card.card_ref) == []


def test_a_class_of_a_suspended_provider_is_not_suggested(house: House) -> None:
    course_id, provider_id = new_id(), new_id()
    first = house.put_class(course_id=course_id)
    card = house.award()
    taken = house.enrolled(card, first)
    house.put_class(course_id=course_id, provider_id=provider_id)
    called_off(house, first, course_id)
    assert len(suggested(house, taken["id"], card.card_ref)) == 1
    house.suspend(provider_id)
    assert suggested(house, taken["id"], card.card_ref) == []


def test_a_class_that_somebody_waits_for_is_not_suggested(house: House) -> None:
    course_id = new_id()
    first, full = (house.put_class(course_id=course_id, declared_seats=1) for _ in range(2))
    card, holding, waiting = house.award_many(3)
    taken = house.enrolled(card, first)
    house.enrolled(holding, full)
    body = {"class_id": full, "expected_price": 700_000, "waitlist": True}
    place = document(house.post("/enrolments", body, "holder", card=waiting.card_ref), 201)
    called_off(house, first, course_id)
    assert suggested(house, taken["id"], card.card_ref) == []
    house.put_class(full, course_id=course_id, declared_seats=2)
    assert suggested(house, taken["id"], card.card_ref) == [], "the new seat is for who waits"
    called_off(house, full, course_id)
    assert suggested(house, place["id"], waiting.card_ref) == [], "no other is left"


def test_who_leaves_by_choice_gets_no_suggestion(house: House) -> None:
    course_id = new_id()
    class_id = house.put_class(course_id=course_id)
    house.put_class(course_id=course_id)
    card = house.award()
    taken = house.enrolled(card, class_id)
    path = f"/enrolments/{taken['id']}"
    house.post(f"{path}/cancellation", {"reason": "Sakit"}, "holder", card=card.card_ref)
    shown = document(house.get(path, "holder", card=card.card_ref))
    assert shown["status"] == "cancelled"
    assert "next_classes" not in shown
