"""Reports as their callers see them."""

from __future__ import annotations

from typing import Any

import pytest

from services.enrolment.followers.realisation import realisation_follower
from tests.chassis.problem_documents import code, pointers
from tests.services.enrolment.house import PRICE, House, document

TABLE = {
    "province": "17",
    "stated_total": 30,
    "rows": [{"label": "Kaur", "count": 10}, {"label": "Kab. Kaur", "count": 10}],
}


def realisation(house: House, role: str | None) -> dict[str, Any]:
    told: dict[str, Any] = document(house.get("/reports/realisation?by=regency", role))
    return told


def enrol(house: House, regency: str, people: int) -> None:
    class_id = house.put_class(declared_seats=people)
    for card in house.award_many(people, regency=regency):
        house.enrolled(card, class_id)


def test_small_counts_are_hidden_from_the_public_and_shown_to_those_who_answer_for_them(
    house: House,
) -> None:
    enrol(house, "17.01", 3)
    enrol(house, "17.71", 7)
    enrol(house, "11.01", 6)
    realisation_follower(house.service.stores, house.service.transactions).catch_up()
    for role in (None, "holder", "provider", "officer"):
        told = realisation(house, role)
        assert told["rows"]["17.01"]["enrolled"] == "<5"
        assert told["rows"]["17.71"]["enrolled"] == ">=5"
        assert told["rows"]["17.01"]["amount"] is told["rows"]["17.71"]["amount"] is None
        assert told["rows"]["11.01"]["enrolled"] == 6
        assert told["total"]["enrolled"] == 16
        assert told["total"]["amount"] == 0
    for role in ("operator", "auditor"):
        rows = realisation(house, role)["rows"]
        assert (rows["17.01"]["enrolled"], rows["17.71"]["enrolled"]) == (3, 7)
        assert realisation(house, role)["total"]["amount"] == 16 * PRICE


def test_how_many_started_does_not_tell_how_many_are_enrolled(house: House) -> None:
    enrol(house, "11.01", 1)
    class_id = house.put_class(declared_seats=11)
    for card in house.award_many(11, regency="12.71"):
        taken = house.enrolled(card, class_id)
        house.redeem(taken["id"], taken["redeem_code"], "holder", card=card.card_ref)
    realisation_follower(house.service.stores, house.service.transactions).catch_up()
    rows = document(house.get("/reports/realisation?by=province"))["rows"]
    assert (rows["11"]["enrolled"], rows["12"]["enrolled"]) == ("<5", ">=5")
    assert (rows["11"]["started"], rows["12"]["started"]) == ("<5", ">=5")


@pytest.mark.parametrize(
    ("query", "pointer"),
    [("", "/by"), ("?by=district", "/by"), ("?by=mode&by=track", "/by"), ("?by=mode&x=1", "/x")],
)
def test_what_is_to_be_reported_by_is_said_once_and_in_the_words_of_the_contract(
    shared_house: House, query: str, pointer: str
) -> None:
    answer = shared_house.get(f"/reports/realisation{query}")
    assert code(answer) == (422, "validation-failed")
    assert pointer in pointers(answer)


def test_anybody_may_have_a_printed_table_checked(shared_house: House) -> None:
    answer = shared_house.call("POST", "/api/v1/reports/reconciliation", json=TABLE)
    assert document(answer) == {
        "sum": 20,
        "stated_total": 30,
        "difference": -10,
        "matched": [
            {"label": "Kaur", "code": "17.04", "count": 10},
            {"label": "Kab. Kaur", "code": "17.04", "count": 10},
        ],
        "repeated": ["Kaur", "Kab. Kaur"],
        "missing": [f"17.{n}" for n in ("01", "02", "03", "05", "06", "07", "08", "09", "71")],
        "unknown": [],
        "ambiguous": [],
    }


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"province": "17.71"}, "/province"),
        ({"province": 17}, "/province"),
        ({"province": "99"}, "/province"),
        ({"stated_total": "30"}, "/stated_total"),
        ({"stated_total": -1}, "/stated_total"),
        ({"rows": []}, "/rows"),
        ({"rows": [{"label": "Kaur", "count": 1}] * 501}, "/rows"),
        ({"rows": [{"label": "Kaur", "count": 1.5}]}, "/rows/0/count"),
        ({"rows": [{"label": "Kaur", "count": 1}, {"label": ""}]}, "/rows/1/label"),
        ({"rows": "Kaur"}, "/rows"),
        ({"total": 1}, "/total"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_by_the_field(
    shared_house: House, changes: dict[str, Any], pointer: str
) -> None:
    answer = shared_house.call("POST", "/api/v1/reports/reconciliation", json={**TABLE, **changes})
    assert code(answer) == (422, "validation-failed")
    assert pointer in pointers(answer)
