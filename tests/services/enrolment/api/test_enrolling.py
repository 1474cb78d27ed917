"""Taking a seat: as a holder, and as an officer or operator who assists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.clock import utc_now
from chassis.identifiers import new_id, random_reference
from deploy.local.databases import ServiceDatabase
from services.enrolment.domain.seats.training_class import Meeting
from services.enrolment.storage.classes import write_meetings
from services.enrolment.storage.tables.programme import CARD
from services.enrolment.storage.tables.seats import ENROLMENT
from tests.chassis.problem_documents import code, pointers, problem
from tests.services.enrolment.house import (
    DAY,
    PRICE,
    House,
    assisted_wish,
    document,
    house_on,
    same_but_request_id,
)

BALANCE = 3_500_000


def assisted(house: House, body: dict[str, Any], **claims: Any) -> Any:
    return house.post("/enrolments", body, **{"role": "operator", **claims})


def test_a_holder_takes_a_seat_and_is_told_everything_about_it(shared_house: House) -> None:
    card, class_id = shared_house.award(), shared_house.put_class()
    answer = shared_house.enrol(card, class_id)
    taken = document(answer, 201)
    assert taken == {
        "id": taken["id"],
        "status": "confirmed",
        "class": {
            "id": class_id,
            "course_id": taken["class"]["course_id"],
            "course_title": "Barista Dasar",
            "mode": "online",
            "zone": "Asia/Jakarta",
            "starts_at": taken["class"]["starts_at"],
            "ends_at": taken["class"]["ends_at"],
        },
        "price": PRICE,
        "balance": BALANCE - PRICE,
        "redeem_code": taken["redeem_code"],
        "position": taken["position"],
    }
    assert answer.headers["Location"] == f"/api/v1/enrolments/{taken['id']}"


def test_what_was_answered_is_what_is_read_later(shared_house: House) -> None:
    card = shared_house.award()
    taken = shared_house.enrolled(card, shared_house.put_class())
    shown = document(shared_house.get(f"/enrolments/{taken['id']}", "holder", card=card.card_ref))
    both = taken.keys() & shown.keys()
    assert both == {"id", "status", "class", "price", "redeem_code"}
    assert {name: taken[name] for name in both} == {name: shown[name] for name in both}


def test_the_position_is_that_of_the_journals_entry(shared_house: House) -> None:
    card = shared_house.award()
    class_id = shared_house.put_class()
    answer = shared_house.enrol(card, class_id, subject="holder:sari")
    taken = document(answer, 201)
    entry = shared_house.entries()[taken["position"] - 1]
    assert (entry["kind"], entry["actor"], entry["role"]) == (
        "enrolment-confirmed",
        "holder:sari",
        "holder",
    )
    assert (entry["class_id"], entry["card_ref"]) == (class_id, card.card_ref)
    assert entry["request_id"] == answer.headers["X-Request-Id"]
    assert entry["body"]["enrolment_id"] == taken["id"]
    assert entry["body"]["balance"] == taken["balance"]


@pytest.mark.parametrize(
    "claims",
    [
        {"role": "operator"},
        {"role": "officer", "region": "32"},
        {"role": "officer", "region": "32.73"},
    ],
    ids=["operator", "officer of the province", "officer of the regency"],
)
def test_who_assists_names_the_card_by_its_number(
    shared_house: House, claims: dict[str, str]
) -> None:
    card, class_id = shared_house.award(), shared_house.put_class()
    body = assisted_wish(class_id, card.card_number)
    taken = document(assisted(shared_house, body, **claims), 201)
    entry = shared_house.entries()[taken["position"] - 1]
    assert (entry["role"], entry["card_ref"]) == (claims["role"], card.card_ref)
    assert (entry["body"]["assisted"], entry["body"]["consent"]) == (True, True)


def test_everybody_who_sees_an_enrolment_sees_that_somebody_assisted(shared_house: House) -> None:
    card, class_id = shared_house.award(), shared_house.put_class()
    body = assisted_wish(class_id, card.card_number)
    taken = document(assisted(shared_house, body, role="officer", region="32"), 201)
    path = f"/enrolments/{taken['id']}"
    mine = {"role": "holder", "card": card.card_ref}
    assert document(shared_house.get(path, **mine))["assisted"] is True
    told = document(shared_house.get(f"{path}/timeline", "auditor"))
    assert told["card_ref"] == card.card_ref
    assert [(event["role"], event["assisted"]) for event in told["events"]] == [("officer", True)]
    document(shared_house.cancel(taken["id"], **mine))
    events = document(shared_house.get(f"{path}/timeline", **mine))["events"]
    assert [event["assisted"] for event in events] == [True, False]
    own = shared_house.enrolled(shared_house.award(), class_id)
    assert document(shared_house.get(f"/enrolments/{own['id']}", "auditor"))["assisted"] is False
    assert shared_house.differences() == []


@pytest.mark.parametrize("said", [{}, {"consent": False}, {"consent": None}, {"consent": "true"}])
@pytest.mark.parametrize("role", ["officer", "operator"])
def test_nobody_is_enrolled_by_another_without_having_agreed(
    shared_house: House, role: str, said: dict[str, Any]
) -> None:
    card, class_id = shared_house.award(), shared_house.put_class()
    body = {**assisted_wish(class_id, card.card_number), **said}
    if not said:
        del body["consent"]
    before = shared_house.tables()
    answer = assisted(shared_house, body, role=role, region="32")
    assert code(answer) == (422, "validation-failed")
    assert pointers(answer) == ["/consent"]
    assert shared_house.tables() == before  # no look-up either: nothing was told of a card


def test_a_holder_says_nothing_of_consent(shared_house: House) -> None:
    card = shared_house.award()
    body = {"class_id": shared_house.put_class(), "expected_price": PRICE, "consent": True}
    answer = shared_house.post("/enrolments", body, "holder", card=card.card_ref)
    assert (code(answer)[1], pointers(answer)) == ("validation-failed", ["/consent"])


def test_an_officer_elsewhere_cannot_tell_a_card_from_none(shared_house: House) -> None:
    card, class_id = shared_house.award(), shared_house.put_class()
    before = shared_house.tables()
    answers = [
        assisted(
            shared_house,
            assisted_wish(class_id, number),
            role="officer",
            region="17",
        )
        for number in (card.card_number, "9999999999999999")
    ]
    assert code(answers[0]) == (404, "card-not-found")
    assert same_but_request_id(*answers)
    after = shared_house.tables()
    changed = {table for table, rows in after.items() if rows != before[table]}
    assert changed == {"journal_entry", "journal_head"}
    assert {entry["kind"] for entry in shared_house.entries()[-2:]} == {"card-looked-up"}


@pytest.mark.parametrize("role", ["officer", "operator"])
def test_who_assists_must_name_a_card(shared_house: House, role: str) -> None:
    body = {"class_id": shared_house.put_class(), "expected_price": PRICE}
    answer = assisted(shared_house, body, role=role, region="32")
    assert code(answer) == (422, "validation-failed")
    assert pointers(answer) == ["/card_number", "/consent"]


def test_a_holder_names_no_card_not_even_the_own(shared_house: House) -> None:
    card = shared_house.award()
    body = {
        "class_id": shared_house.put_class(),
        "expected_price": PRICE,
        "card_number": card.card_number,
    }
    answer = shared_house.post("/enrolments", body, "holder", card=card.card_ref)
    assert code(answer) == (422, "validation-failed")
    assert pointers(answer) == ["/card_number"]


def test_a_holder_whose_token_names_no_card_cannot_enrol(shared_house: House) -> None:
    body = {"class_id": shared_house.put_class(), "expected_price": PRICE}
    assert code(shared_house.post("/enrolments", body, "holder")) == (403, "forbidden")


def test_a_class_that_is_free_of_charge_moves_no_money(shared_house: House) -> None:
    card = shared_house.award()
    taken = shared_house.enrolled(card, shared_house.put_class(price=0), price=0)
    assert taken["balance"] == BALANCE
    entry = shared_house.entries()[taken["position"] - 1]
    assert entry["body"]["movement_id"] is None
    items = document(shared_house.get("/cards/me/statement", "holder", card=card.card_ref))["items"]
    assert [item["cause"] for item in items] == ["award"]


def class_not_found(house: House) -> Any:
    house.catalogue_was_read()
    return house.enrol(house.award(), random_reference())


def card_not_found(house: House) -> Any:
    body = {"class_id": house.put_class(), "expected_price": PRICE}
    return house.post("/enrolments", body, "holder", card=random_reference())


def already_enrolled(house: House) -> Any:
    card, class_id = house.award(), house.put_class()
    house.enrolled(card, class_id)
    return house.enrol(card, class_id)


def enrolment_in_progress(house: House) -> Any:
    card = house.award()
    house.enrolled(card, house.put_class())
    return house.enrol(card, house.put_class())


def card_not_usable(house: House) -> Any:
    card = house.award()
    with house.as_owner() as connection:
        connection.execute(
            sa.update(CARD).where(CARD.c.card_ref == card.card_ref).values(state="revoked")
        )
    return house.enrol(card, house.put_class())


def review_owed(house: House) -> Any:
    card = house.award()
    taken = house.enrolled(card, house.put_class())
    mine = ENROLMENT.c.enrolment_id == taken["id"]
    with house.as_owner() as connection:
        connection.execute(
            sa.update(ENROLMENT).where(mine).values(state="completed", live_slot=None)
        )
        connection.execute(
            sa.update(CARD).where(CARD.c.card_ref == card.card_ref).values(state="between")
        )
    return house.enrol(card, house.put_class())


def registration_closed(house: House) -> Any:
    return house.enrol(house.award(), house.put_class(registration_closes=utc_now()))


def mode_not_in_scheme(house: House) -> Any:
    return house.enrol(house.award(), house.put_class(mode="offline"))


def price_changed(house: House) -> Any:
    return house.enrol(house.award(), house.put_class(), price=PRICE - 1)


def insufficient_balance(house: House) -> Any:
    dear = BALANCE + 1
    return house.enrol(house.award(), house.put_class(price=dear), price=dear)


def class_full(house: House) -> Any:
    class_id = house.put_class(declared_seats=1)
    house.enrolled(house.award(), class_id)
    return house.enrol(house.award(), class_id)


REFUSALS = [
    (class_not_found, 404, set()),
    (card_not_found, 404, set()),
    (already_enrolled, 409, set()),
    (enrolment_in_progress, 409, set()),
    (card_not_usable, 409, {"card_state": "revoked"}.items()),
    (review_owed, 409, set()),
    (registration_closed, 409, set()),
    (mode_not_in_scheme, 409, set()),
    (price_changed, 409, {"price": PRICE}.items()),
    (insufficient_balance, 409, {"balance": BALANCE, "price": BALANCE + 1}.items()),
    (class_full, 409, set()),
]


@pytest.mark.parametrize(
    ("situation", "status", "facts"), REFUSALS, ids=[case[0].__name__ for case in REFUSALS]
)
def test_every_refusal_is_a_problem_document_with_a_remedy(
    shared_house: House, situation: Any, status: int, facts: Any
) -> None:
    answer = situation(shared_house)
    refusal = problem(answer)
    assert (refusal["status"], refusal["code"]) == (status, situation.__name__.replace("_", "-"))
    assert refusal["title"]
    assert refusal["detail"].endswith(".")
    assert refusal["detail"] != refusal["title"]
    assert set(facts) <= refusal.items()


def test_a_refusal_changes_nothing_at_all(shared_house: House) -> None:
    card, full = shared_house.award(), shared_house.put_class(declared_seats=1)
    shared_house.enrolled(shared_house.award(), full)
    before = shared_house.tables()
    for class_id, price in ((full, PRICE), (full, PRICE + 1), (new_id(), PRICE)):
        assert shared_house.enrol(card, class_id, price=price).status_code in (404, 409, 503)
    assert shared_house.tables() == before


def test_meetings_matter_where_the_rules_allow_two_trainings_at_once(
    provision: Callable[[str], ServiceDatabase],
) -> None:
    sitting = Meeting(utc_now() + 10 * DAY, utc_now() + 11 * DAY)
    next_day = Meeting(sitting.ends_at, sitting.ends_at + DAY)
    overlapping = Meeting(sitting.starts_at - DAY, sitting.starts_at + DAY)
    with house_on(provision("services.enrolment"), live_enrolments=2) as house:
        one, other, third = (
            house.put_class(meetings=write_meetings([m])) for m in (sitting, next_day, overlapping)
        )
        card = house.award()
        house.enrolled(card, one)
        assert code(house.enrol(card, third)) == (409, "schedule-conflict")
        house.enrolled(card, other)
        assert code(house.enrol(card, house.put_class())) == (409, "enrolment-in-progress")
        assert house.differences() == []
