"""The review: once, after completion, and before the next purchase."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from services.enrolment.storage.tables.learning import REVIEW
from tests.chassis.problem_documents import code, pointers
from tests.services.enrolment.house import House, document
from tests.services.enrolment.teaching import taught

TEXT = "Pelatihnya, Zubaidah, sabar sekali.\nAlatnya lengkap."


def test_the_next_class_is_bought_after_completion_and_review_and_not_before(house: House) -> None:
    of, following = taught(house), house.put_class()
    assert code(house.enrol(of.cards[0], following)) == (409, "enrolment-in-progress")
    of.came()
    document(of.judge())
    assert code(house.enrol(of.cards[0], following)) == (409, "review-owed")
    step = of.next()
    assert (step["action"], step["actor"], step["overdue"]) == ("review", "holder", False)
    assert step["due_at"] == of.card()["deadline"]
    told = document(of.review(rating=2, text=TEXT), 201)
    assert told["rating"] == 2
    assert of.next() is None
    assert house.enrol(of.cards[0], following).status_code == 201
    assert house.differences() == []


def test_a_training_is_reviewed_once(house: House) -> None:
    of = taught(house)
    of.came()
    document(of.judge())
    document(of.review(), 201)
    assert code(of.review(rating=1)) == (409, "already-reviewed")


def test_a_review_needs_a_key_and_is_answered_again_under_it(house: House) -> None:
    of = taught(house)
    of.came()
    document(of.judge())
    path, body = f"/enrolments/{of.enrolments[0]}/review", {"rating": 5}
    own = {"card": of.cards[0].card_ref}
    before = house.tables()
    without = house.post(path, body, "holder", key=None, **own)
    assert code(without) == (400, "idempotency-key-missing")
    assert house.tables() == before
    first, again = (house.post(path, body, "holder", key="ulasan-1", **own) for _ in range(2))
    assert (first.status_code, first.data) == (201, again.data)
    assert of.card()["incentives"][0]["amount"] == 600_000


def test_only_what_was_completed_is_reviewed(house: House) -> None:
    of = taught(house)
    assert code(of.review()) == (409, "state-conflict")
    of.came(0, 1)
    document(of.judge())
    assert code(of.review()) == (409, "state-conflict")


def test_its_text_is_sealed_and_stands_in_no_entry(house: House) -> None:
    of = taught(house)
    of.came()
    document(of.judge())
    document(of.review(text=TEXT), 201)
    for table in house.tables().values():
        assert "Zubaidah" not in str(table)
    [told] = [entry for entry in house.entries() if entry["kind"] == "enrolment-reviewed"]
    assert told["body"] == {"enrolment_id": of.enrolments[0], "rating": 5}
    path = f"/enrolments/{of.enrolments[0]}/review"
    own = document(house.get(path, "holder", card=of.cards[0].card_ref))
    assert own == {"id": of.enrolments[0], "rating": 5, "text": TEXT}


def test_a_review_is_its_authors_alone(house: House) -> None:
    of, other = taught(house), taught(house)
    path = f"/enrolments/{of.enrolments[0]}/review"
    of.came()
    document(of.judge())
    stranger = {"card": other.cards[0].card_ref}
    nothing = {"id": of.enrolments[0], "rating": None, "text": None}
    assert document(house.get(path, "holder", card=of.cards[0].card_ref)) == nothing
    assert code(house.post(path, {"rating": 1}, "holder", **stranger)) == (404, "not-found")
    assert code(house.get(path, "holder", **stranger)) == (404, "not-found")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/rating"),
        ({"rating": 0}, "/rating"),
        ({"rating": 6}, "/rating"),
        ({"rating": 4.5}, "/rating"),
        ({"rating": "5"}, "/rating"),
        ({"rating": 5, "text": ""}, "/text"),
        ({"rating": 5, "text": "x" * 2_001}, "/text"),
        ({"rating": 5, "text": "\u202eterbalik"}, "/text"),
        ({"rating": 5, "text": "NIK saya 3273010205900001"}, "/text"),
    ],
    ids=lambda each: str(each)[:40],
)
def test_a_review_that_makes_no_sense_is_refused_by_name(
    shared_house: House, body: dict[str, Any], pointer: str
) -> None:
    of = taught(shared_house)
    of.came()
    document(of.judge())
    path = f"/enrolments/{of.enrolments[0]}/review"
    answer = shared_house.post(path, body, "holder", card=of.cards[0].card_ref)
    assert code(answer) == (422, "validation-failed")
    assert pointers(answer) == [pointer]


def test_of_fifty_who_send_the_same_review_one_is_kept(house: House) -> None:
    of = taught(house)
    of.came()
    document(of.judge())
    with ThreadPoolExecutor(10) as pool:
        statuses = Counter(
            answer.status_code for answer in pool.map(lambda _: of.review(), range(50))
        )
    assert statuses == {201: 1, 409: 49}
    with house.service.database.reading() as connection:
        kept = connection.execute(sa.select(sa.func.count()).select_from(REVIEW)).scalar_one()
    assert kept == 1
    assert house.differences() == []
