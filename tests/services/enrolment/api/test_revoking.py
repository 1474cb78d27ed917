"""Revoking a card under the number of a case."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.identifiers import random_reference
from tests.chassis.problem_documents import code, pointers, problem
from tests.services.enrolment.api.test_quotas import of_programme
from tests.services.enrolment.house import House, document
from tests.services.enrolment.people import HeldCard

CASE = {"reason": "Memakai dokumen orang lain", "case_number": "INSP-21"}


def revoke(house: House, **named: Any) -> Any:
    return house.post("/cards/revocation", {**CASE, **named}, "operator", subject="operator:rina")


def status(house: House, card: HeldCard) -> Any:
    return document(house.get("/cards/me", "holder", card=card.card_ref))


def test_a_revoked_card_is_empty_and_never_usable(house: House) -> None:
    card, class_id = house.award(), house.put_class()
    answer = document(revoke(house, card_number=card.card_number))
    assert answer == {
        "card_ref": card.card_ref,
        "status": "revoked",
        "amount": 3_500_000,
        "incentives_withdrawn": 0,
    }
    shown = status(house, card)
    assert (shown["status"], shown["balance"]) == ("revoked", 0)
    refused = problem(house.enrol(card, class_id))
    assert (refused["code"], refused["card_state"]) == ("card-not-usable", "revoked")
    movements = document(house.get("/cards/me/statement", "holder", card=card.card_ref))["items"]
    assert [each["cause"] for each in movements] == ["award", "revocation"]
    assert house.differences() == []


def test_a_revocation_is_journaled_with_its_case(shared_house: House) -> None:
    card = shared_house.award()
    revoke(shared_house, card_ref=card.card_ref)
    entry = shared_house.entries()[-1]
    assert (entry["kind"], entry["actor"], entry["card_ref"]) == (
        "card-revoked",
        "operator:rina",
        card.card_ref,
    )
    assert {name: entry["body"][name] for name in CASE} == CASE
    assert (entry["body"]["amount"], entry["body"]["balance"]) == (3_500_000, 0)


def test_who_held_a_revoked_card_gets_no_other_and_its_place_stays_taken(house: House) -> None:
    card = house.award()
    revoke(house, card_ref=card.card_ref)
    [refused] = document(house.admit([card.person.row()]))["refused"]
    assert refused["code"] == "nik-already-held"
    assert of_programme(house)["digital"]["used"] == 1


def test_a_card_whose_training_is_running_is_revoked_after_its_cancellation(house: House) -> None:
    card = house.award()
    taken = house.enrolled(card, house.put_class())
    before = house.tables()
    assert code(revoke(house, card_ref=card.card_ref)) == (409, "state-conflict")
    assert house.tables()["card"] == before["card"]
    house.cancel(taken["id"], "operator")
    assert document(revoke(house, card_ref=card.card_ref))["amount"] == 3_500_000
    assert house.differences() == []


def test_a_card_is_revoked_once(shared_house: House) -> None:
    card = shared_house.award()
    document(revoke(shared_house, card_ref=card.card_ref))
    refused = problem(revoke(shared_house, card_ref=card.card_ref))
    assert (refused["code"], refused["state"]) == ("state-conflict", "revoked")


def test_a_number_that_no_card_has_is_recorded_as_a_look_up(shared_house: House) -> None:
    answer = revoke(shared_house, card_number="1234567890123456")
    assert code(answer) == (404, "card-not-found")
    entry = shared_house.entries()[-1]
    assert (entry["kind"], entry["body"]["shown"]) == ("card-looked-up", False)


@pytest.mark.parametrize(
    ("named", "pointer"),
    [
        ({}, "/card_number"),
        ({"card_number": "1234567890123456", "card_ref": random_reference()}, "/card_number"),
        ({"card_ref": "x"}, "/card_ref"),
        ({"card_ref": random_reference(), "reason": ""}, "/reason"),
        ({"card_ref": random_reference(), "case_number": "3273014205900001"}, "/case_number"),
        ({"card_ref": random_reference(), "note": "x"}, "/note"),
    ],
)
def test_what_names_no_card_or_no_case_is_refused(
    shared_house: House, named: dict[str, Any], pointer: str
) -> None:
    before = shared_house.tables()
    answer = revoke(shared_house, **named)
    assert (code(answer), pointers(answer)) == ((422, "validation-failed"), [pointer])
    assert shared_house.tables() == before
