"""Beginning a training with the redeem code."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.identifiers import new_id
from tests.chassis.problem_documents import code, pointers
from tests.services.enrolment.house import House, document, same_but_request_id


@pytest.mark.parametrize("role", ["holder", "provider"])
def test_holder_and_provider_redeem_with_the_code_that_the_holder_was_given(
    shared_house: House, role: str
) -> None:
    provider, card = new_id(), shared_house.award()
    taken = shared_house.enrolled(card, shared_house.put_class(provider_id=provider))
    claims = {"card": card.card_ref, "provider": provider}
    answer = document(shared_house.redeem(taken["id"], taken["redeem_code"], role, **claims))
    assert answer == {"id": taken["id"], "status": "active", "position": answer["position"]}
    entry = shared_house.entries()[answer["position"] - 1]
    assert (entry["kind"], entry["role"]) == ("enrolment-redeemed", role)
    assert (entry["card_ref"], entry["provider_id"]) == (card.card_ref, provider)


def test_a_training_begins_once(shared_house: House) -> None:
    card = shared_house.award()
    taken = shared_house.enrolled(card, shared_house.put_class())
    shared_house.redeem(taken["id"], taken["redeem_code"], "holder", card=card.card_ref)
    before = shared_house.tables()
    answer = shared_house.redeem(taken["id"], taken["redeem_code"], "holder", card=card.card_ref)
    assert code(answer) == (409, "state-conflict")
    assert document(answer, 409)["state"] == "active"
    assert shared_house.tables() == before


def test_a_seat_that_was_given_back_cannot_be_redeemed(shared_house: House) -> None:
    card = shared_house.award()
    taken = shared_house.enrolled(card, shared_house.put_class())
    shared_house.cancel(taken["id"], "operator")
    answer = shared_house.redeem(taken["id"], taken["redeem_code"], "holder", card=card.card_ref)
    assert code(answer) == (409, "state-conflict")


@pytest.mark.parametrize("change", [str.lower, lambda c: c[:-1], lambda c: c + "A", lambda _: "A"])
def test_a_wrong_code_is_refused_and_changes_nothing(shared_house: House, change: Any) -> None:
    card = shared_house.award()
    taken = shared_house.enrolled(card, shared_house.put_class())
    before = shared_house.tables()
    wrong = change(taken["redeem_code"])
    answer = shared_house.redeem(taken["id"], wrong, "holder", card=card.card_ref)
    assert code(answer) == (422, "redeem-code-wrong")
    assert taken["redeem_code"] not in answer.text
    assert shared_house.tables() == before


def test_the_code_of_another_enrolment_does_not_fit(shared_house: House) -> None:
    class_id = shared_house.put_class()
    one, other = shared_house.award_many(2)
    mine, theirs = (shared_house.enrolled(card, class_id) for card in (one, other))
    answer = shared_house.redeem(mine["id"], theirs["redeem_code"], "holder", card=one.card_ref)
    assert code(answer) == (422, "redeem-code-wrong")


@pytest.mark.parametrize("role", ["holder", "provider"])
def test_what_is_anothers_cannot_be_redeemed_even_with_its_code(
    shared_house: House, role: str
) -> None:
    taken = shared_house.enrolled(shared_house.award(), shared_house.put_class())
    stranger = {"card": shared_house.award().card_ref, "provider": new_id()}
    before = shared_house.tables()
    answers = [
        shared_house.redeem(enrolment_id, taken["redeem_code"], role, **stranger)
        for enrolment_id in (taken["id"], new_id())
    ]
    assert code(answers[0]) == (404, "not-found")
    assert same_but_request_id(*answers)
    assert shared_house.tables() == before


@pytest.mark.parametrize("given", [None, "", "x" * 33, 1234567890, ["A"]])
def test_a_code_that_is_none_is_refused_by_name(shared_house: House, given: object) -> None:
    card = shared_house.award()
    taken = shared_house.enrolled(card, shared_house.put_class())
    path = f"/enrolments/{taken['id']}/redemption"
    answer = shared_house.post(path, {"redeem_code": given}, "holder", card=card.card_ref)
    assert code(answer) == (422, "validation-failed")
    assert pointers(answer) == ["/redeem_code"]
