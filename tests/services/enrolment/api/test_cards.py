"""A holder's own card and its money."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from chassis.clock import utc_now
from chassis.identifiers import random_reference
from services.enrolment.storage.tables.programme import CARD
from tests.chassis.problem_documents import code
from tests.services.enrolment.house import (
    API,
    PRICE,
    House,
    document,
)

BALANCE = 3_500_000


def test_a_holder_sees_the_own_card(shared_house: House) -> None:
    card = shared_house.award(regency="17.71", cluster="affirmative", scheme="offline")
    shown = document(shared_house.get("/cards/me", "holder", card=card.card_ref))
    assert shown == {
        "card_ref": card.card_ref,
        "status": "awarded",
        "scheme": "offline",
        "balance": BALANCE,
        "deadline": shown["deadline"],
        "region": "17.71",
        "cluster": "affirmative",
        "wave_id": shared_house.wave_id,
        "awarded_at": shown["awarded_at"],
        "exclusion_cases": [],
        "incentives": [],
        "next_survey": {"number": 1, "amount": 50_000, "opens_at": None},
    }


def test_a_card_in_training_has_no_clock_and_less_money(shared_house: House) -> None:
    card = shared_house.award()
    shared_house.enrolled(card, shared_house.put_class())
    shown = document(shared_house.get("/cards/me", "holder", card=card.card_ref))
    assert (shown["status"], shown["deadline"]) == ("in_training", None)
    assert shown["balance"] == BALANCE - PRICE


def test_a_card_whose_time_ran_out_is_shown_expired_before_anybody_noted_it(
    shared_house: House,
) -> None:
    card = shared_house.award()
    with shared_house.as_owner() as connection:
        connection.execute(
            sa.update(CARD)
            .where(CARD.c.card_ref == card.card_ref)
            .values(deadline=utc_now() - timedelta(seconds=1))
        )
    shown = document(shared_house.get("/cards/me", "holder", card=card.card_ref))
    assert shown["status"] == "expired"
    refused = shared_house.enrol(card, shared_house.put_class())
    assert code(refused) == (409, "card-not-usable")
    assert document(refused, 409)["card_state"] == "expired"


@pytest.mark.parametrize("path", ["/cards/me", "/cards/me/statement"])
def test_a_holder_whose_token_names_no_card_is_told_so(shared_house: House, path: str) -> None:
    answer = shared_house.get(path, "holder")
    assert code(answer) == (403, "forbidden")
    assert "not bound to a card" in answer.text


def test_a_card_that_does_not_exist_is_not_found(shared_house: House) -> None:
    answer = shared_house.get("/cards/me", "holder", card=random_reference())
    assert code(answer) == (404, "not-found")


def test_the_statement_tells_every_movement_in_order(shared_house: House) -> None:
    card, class_id = shared_house.award(), shared_house.put_class()
    taken = shared_house.enrolled(card, class_id)
    shared_house.cancel(taken["id"], "operator")
    items = document(shared_house.get("/cards/me/statement", "holder", card=card.card_ref))["items"]
    assert [(i["cause"], i["from"], i["to"], i["amount"]) for i in items] == [
        ("award", "state", "card", BALANCE),
        ("enrolment", "card", "set_aside", PRICE),
        ("cancellation", "set_aside", "card", PRICE),
    ]
    assert [i["enrolment_id"] for i in items] == [None, taken["id"], taken["id"]]
    assert [i["class_id"] for i in items] == [None, class_id, class_id]


def test_a_walk_over_a_statement_neither_skips_nor_repeats_while_money_moves(
    shared_house: House,
) -> None:
    card, class_id = shared_house.award(), shared_house.put_class()

    def buy_and_return() -> None:
        shared_house.cancel(shared_house.enrolled(card, class_id)["id"], "operator")

    buy_and_return()
    walked: list[str] = []
    cursor, rounds = "", 0
    while rounds < 4 or cursor:
        path = f"/cards/me/statement?limit=2{cursor}"
        page = document(shared_house.get(path, "holder", card=card.card_ref))
        walked += [item["id"] for item in page["items"]]
        cursor = f"&cursor={page['next_cursor']}" if page["next_cursor"] else ""
        rounds += 1
        if rounds < 3:
            buy_and_return()
    assert len(walked) == len(set(walked)) == 7
    assert walked == sorted(walked)


def test_statements_of_others_are_never_mixed_in(shared_house: House) -> None:
    one, other = shared_house.award_many(2)
    shared_house.enrolled(other, shared_house.put_class())
    items = document(shared_house.get("/cards/me/statement", "holder", card=one.card_ref))["items"]
    assert [item["cause"] for item in items] == ["award"]


def test_no_number_is_ever_part_of_an_address(shared_house: House) -> None:
    card = shared_house.award()
    for path in (f"/cards/{card.card_number}", f"/cards/lookup?nik={card.person.nik}"):
        answer = shared_house.call("GET", API + path, role="operator")
        assert answer.status_code in (404, 405)
