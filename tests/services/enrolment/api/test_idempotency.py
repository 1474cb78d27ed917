"""A key stands for one command: the same again gets the same answer, byte for byte, and nothing happens twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.chassis.problem_documents import code
from tests.services.enrolment.api.test_waves import WINDOW
from tests.services.enrolment.exclusions import LIST
from tests.services.enrolment.house import House, assisted_wish, document
from tests.services.enrolment.people import HeldCard


def test_an_enrolment_needs_a_key(shared_house: House) -> None:
    card, class_id = shared_house.award(), shared_house.put_class()
    before = shared_house.tables()
    answer = shared_house.enrol(card, class_id, key=None)
    assert code(answer) == (400, "idempotency-key-missing")
    assert "Idempotency-Key" in document(answer, 400)["detail"]
    assert shared_house.tables() == before


@pytest.mark.parametrize(
    "key",
    ["short", "x" * 201, "has space", "ключ-ключ", '"unclosed-key', "comma,comma", "        "],
)
def test_a_malformed_key_is_refused(shared_house: House, key: str) -> None:
    card, class_id = shared_house.award(), shared_house.put_class()
    before = shared_house.tables()
    sent = {"Idempotency-Key": key.encode().decode("latin-1")}
    answer = shared_house.enrol(card, class_id, key=None, headers=sent)
    assert code(answer) == (400, "malformed-request")
    assert shared_house.tables() == before


@pytest.mark.parametrize("role", ["holder", "operator"])
def test_a_cancellation_needs_a_key(shared_house: House, role: str) -> None:
    card = shared_house.award()
    taken = shared_house.enrolled(card, shared_house.put_class())
    answer = shared_house.cancel(taken["id"], role, card=card.card_ref, key=None)
    assert code(answer) == (400, "idempotency-key-missing")


@pytest.mark.parametrize("path", ["/waves", "/waves/{}/quotas", "/exclusion-lists"])
def test_what_an_operator_opens_sets_or_announces_needs_a_key(
    shared_house: House, path: str
) -> None:
    bodies = {"/waves": WINDOW, "/exclusion-lists": LIST}
    body = bodies.get(path, {"quotas": [{"places": 1}], "reason": "Keputusan kuota"})
    before = shared_house.tables()
    path = path.format(shared_house.wave_id)
    answer = shared_house.post(path, body, "operator", key=None)
    assert code(answer) == (400, "idempotency-key-missing")
    assert shared_house.tables() == before


def test_the_same_command_again_is_answered_byte_for_byte(shared_house: House) -> None:
    card, class_id = shared_house.award(), shared_house.put_class()
    first = shared_house.enrol(card, class_id, key="enrol-again-1")
    before = shared_house.tables()
    again = shared_house.enrol(card, class_id, key="enrol-again-1")
    assert (first.status_code, first.data) == (again.status_code, again.data)
    assert first.headers["Location"] == again.headers["Location"]
    assert first.headers["X-Request-Id"] != again.headers["X-Request-Id"]
    assert shared_house.tables() == before


def test_a_quoted_key_and_a_bare_one_are_the_same(shared_house: House) -> None:
    card, class_id = shared_house.award(), shared_house.put_class()
    first = shared_house.enrol(card, class_id, key="enrol-quoted-1")
    again = shared_house.enrol(card, class_id, key='"enrol-quoted-1"')
    assert first.data == again.data


def test_the_answer_stays_the_same_after_the_seat_was_given_back(shared_house: House) -> None:
    card, class_id = shared_house.award(), shared_house.put_class()
    first = shared_house.enrol(card, class_id, key="enrol-cancel-1")
    shared_house.cancel(document(first, 201)["id"], "operator")
    assert shared_house.enrol(card, class_id, key="enrol-cancel-1").data == first.data
    assert document(shared_house.get(f"/classes/{class_id}/availability"))["held"] == 0


def test_another_command_under_the_same_key_is_refused(shared_house: House) -> None:
    card = shared_house.award()
    shared_house.enrolled(card, shared_house.put_class(), key="enrol-other-1")
    before = shared_house.tables()
    answer = shared_house.enrol(card, shared_house.put_class(), key="enrol-other-1")
    assert code(answer) == (422, "idempotency-key-reused")
    assert {n: r for n, r in shared_house.tables().items() if n != "training_class"} == {
        n: r for n, r in before.items() if n != "training_class"
    }


def test_two_people_may_use_the_same_key(shared_house: House) -> None:
    class_id = shared_house.put_class()
    one, other = shared_house.award_many(2)
    taken = [shared_house.enrolled(card, class_id, key="popular-key") for card in (one, other)]
    assert taken[0]["id"] != taken[1]["id"]


def test_the_same_key_serves_different_calls(shared_house: House) -> None:
    card, class_id = shared_house.award(), shared_house.put_class()
    taken = shared_house.enrolled(card, class_id, key="every-call-1")
    claims = {"card": card.card_ref, "key": "every-call-1"}
    redeemed = shared_house.redeem(taken["id"], taken["redeem_code"], "holder", **claims)
    assert document(redeemed)["status"] == "active"
    assert document(shared_house.cancel(taken["id"], "holder", **claims))["status"] == "cancelled"


def test_a_key_is_bound_to_the_enrolment_it_cancelled(shared_house: House) -> None:
    class_id = shared_house.put_class()
    taken = [shared_house.enrolled(card, class_id) for card in shared_house.award_many(2)]
    assert shared_house.cancel(taken[0]["id"], "operator", key="cancel-one-1").status_code == 200
    answer = shared_house.cancel(taken[1]["id"], "operator", key="cancel-one-1")
    assert code(answer) == (422, "idempotency-key-reused")


def test_a_refusal_is_not_stored_so_that_a_freed_seat_can_be_had_with_the_same_key(
    shared_house: House,
) -> None:
    class_id = shared_house.put_class(declared_seats=1)
    first, second = shared_house.award_many(2)
    taken = shared_house.enrolled(first, class_id)
    assert code(shared_house.enrol(second, class_id, key="patience-1")) == (409, "class-full")
    shared_house.cancel(taken["id"], "operator")
    assert shared_house.enrol(second, class_id, key="patience-1").status_code == 201


def test_twins_that_arrive_together_take_effect_once(shared_house: House) -> None:
    card, class_id = shared_house.award(), shared_house.put_class()
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: shared_house.enrol(card, class_id, key="twin-key-1"), range(8))
        )
    assert {(answer.status_code, answer.data) for answer in answers} == {(201, answers[0].data)}
    assert document(shared_house.get(f"/classes/{class_id}/availability"))["held"] == 1


def test_one_card_through_two_doors_at_once_gets_one_seat(shared_house: House) -> None:
    card, class_id = shared_house.award(), shared_house.put_class()

    def knock(number: int) -> tuple[int, Any]:
        if number % 2:
            return _outcome(shared_house.enrol(card, class_id))
        return _outcome(_assist(shared_house, card, class_id))

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(knock, range(8)))
    assert sorted(outcomes) == [(201, "confirmed")] + [(409, "already-enrolled")] * 7


def _assist(house: House, card: HeldCard, class_id: str) -> Any:
    body = assisted_wish(class_id, card.card_number)
    return house.post("/enrolments", body, "operator")


def _outcome(answer: Any) -> tuple[int, str]:
    told = answer.json
    return answer.status_code, told.get("code") or told["status"]
