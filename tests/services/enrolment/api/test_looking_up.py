"""Looking a card up: whom an officer finds, and that every attempt is recorded with its reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from werkzeug.test import TestResponse

from chassis.clock import utc_now
from chassis.throttle import Throttle
from services.enrolment.service import LOOKUPS_OF_ONE_CALLER
from tests.chassis.problem_documents import code, pointers
from tests.services.enrolment.house import (
    DAY,
    PRICE,
    House,
    assisted_wish,
    document,
    same_but_request_id,
    with_service,
)

THREE_AT_ONCE = replace(LOOKUPS_OF_ONE_CALLER, count=3, seconds=30)
NUMBERS = ("card_number", "nik")
ABSENT = {"card_number": "9999999999999999", "nik": "1101010101709999"}


def number_of(card: Any, by: str) -> dict[str, str]:
    return {by: {"card_number": card.card_number, "nik": card.person.nik}[by]}


@pytest.mark.parametrize(
    "claims",
    [
        {"role": "operator"},
        {"role": "officer", "region": "32"},
        {"role": "officer", "region": "32.73"},
    ],
    ids=["operator", "officer of the province", "officer of the regency"],
)
@pytest.mark.parametrize("by", NUMBERS)
def test_a_card_is_found_by_its_number_and_by_its_holders_nik(
    shared_house: House, claims: dict[str, str], by: str
) -> None:
    card = shared_house.award()
    found = document(shared_house.look_up(**number_of(card, by), **claims, key=None))
    mine = document(shared_house.get("/cards/me", "holder", card=card.card_ref))
    holder = {"name": card.person.name, "card_number": card.card_number}
    assert found == {**mine, **holder}


def test_an_officer_enrols_somebody_who_has_not_brought_the_card(shared_house: House) -> None:
    card, class_id = shared_house.award(), shared_house.put_class()
    found = document(shared_house.look_up("officer", nik=card.person.nik, region="32"))
    body = assisted_wish(class_id, found["card_number"])
    taken = document(shared_house.post("/enrolments", body, "officer", region="32"), 201)
    mine = document(shared_house.get("/enrolments", "holder", card=card.card_ref))
    assert [enrolment["id"] for enrolment in mine["items"]] == [taken["id"]]


@pytest.mark.parametrize(
    "region", ["17", "32.74", "33", None], ids=lambda region: f"officer of {region}"
)
@pytest.mark.parametrize("by", NUMBERS)
def test_an_officer_elsewhere_learns_nothing_about_a_card(
    shared_house: House, region: str | None, by: str
) -> None:
    card = shared_house.award()
    there = shared_house.look_up("officer", region=region, **number_of(card, by))
    absent = shared_house.look_up("officer", region=region, **{by: ABSENT[by]})
    assert code(there) == (404, "card-not-found")
    assert same_but_request_id(there, absent)


@pytest.mark.parametrize("region", ["32.7", "3"])
def test_an_officer_of_no_region_is_nobody(shared_house: House, region: str) -> None:
    answer = shared_house.look_up("officer", region=region, nik=ABSENT["nik"])
    assert code(answer) == (401, "unauthenticated")


@pytest.mark.parametrize("by", NUMBERS)
def test_a_lookup_is_recorded_who_whom_why_and_when(shared_house: House, by: str) -> None:
    card = shared_house.award()
    before, began = len(shared_house.entries()), utc_now()
    answer = shared_house.look_up(
        "officer",
        region="32",
        subject="officer:bandung",
        reason="Lupa nomor",
        **number_of(card, by),
    )
    [entry] = shared_house.entries()[before:]
    assert (entry["kind"], entry["actor"], entry["role"]) == (
        "card-looked-up",
        "officer:bandung",
        "officer",
    )
    assert (entry["card_ref"], entry["region"]) == (card.card_ref, "32.73")
    assert entry["request_id"] == answer.headers["X-Request-Id"]
    assert entry["recorded_at"] >= began.isoformat().replace("+00:00", "Z")
    assert entry["body"] == {"by": by, "reason": "Lupa nomor", "shown": True}


def test_a_lookup_outside_the_own_region_is_recorded_with_whom_it_was_about(
    shared_house: House,
) -> None:
    card = shared_house.award()
    before = len(shared_house.entries())
    shared_house.look_up("officer", region="17", nik=card.person.nik)
    [entry] = shared_house.entries()[before:]
    assert (entry["card_ref"], entry["body"]["shown"]) == (card.card_ref, False)


@pytest.mark.parametrize("by", NUMBERS)
def test_a_lookup_that_finds_nothing_is_recorded_without_the_number(
    shared_house: House, by: str
) -> None:
    before = len(shared_house.entries())
    answer = shared_house.look_up("operator", **{by: ABSENT[by]})
    assert code(answer) == (404, "card-not-found")
    [entry] = shared_house.entries()[before:]
    assert (entry["kind"], entry["card_ref"], entry["region"]) == ("card-looked-up", None, None)
    assert entry["body"] == {"by": by, "reason": "Membantu di loket", "shown": False}
    assert ABSENT[by] not in str(entry)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"card_number": "1" * 16, "nik": "3273010205900001"},
        {"card_number": "1" * 15},
        {"card_number": 1111111111111111},
        {"nik": "3273013205900001"},
        {"name": "Sari"},
        {"card_number": None},
    ],
)
def test_a_lookup_needs_exactly_one_well_formed_number(
    shared_house: House, body: dict[str, object]
) -> None:
    before = shared_house.tables()
    answer = shared_house.post("/cards/lookup", {"reason": "Lupa nomor", **body}, "operator")
    assert code(answer) == (422, "validation-failed")
    assert set(pointers(answer)) <= {"/card_number", "/nik", "/name"}
    assert shared_house.tables() == before


@pytest.mark.parametrize("reason", [None, "", "ab", "x" * 501, "NIK 3273 0102 0590 0001", 7])
def test_a_lookup_needs_a_reason_that_names_nobody_by_number(
    shared_house: House, reason: object
) -> None:
    before = shared_house.tables()
    body = {"nik": ABSENT["nik"], "reason": reason}
    for sent in (body, {"nik": ABSENT["nik"]}):
        answer = shared_house.post("/cards/lookup", sent, "operator")
        assert code(answer) == (422, "validation-failed")
        assert pointers(answer) == ["/reason"]
    assert shared_house.tables() == before


def test_who_looks_up_too_many_cards_waits_and_nobody_else_does(house: House) -> None:
    now = 1_000.0
    throttled = replace(house.service, lookups=Throttle(THREE_AT_ONCE), clock=lambda: now)
    house = with_service(house, throttled)
    nobody = {"nik": ABSENT["nik"], "region": "32"}
    for _ in range(3):
        assert house.look_up("officer", subject="officer:a", **nobody).status_code == 404
    before = house.tables()
    refused = house.look_up("officer", subject="officer:a", **nobody)
    assert code(refused) == (429, "too-many-requests")
    assert refused.headers["Retry-After"] == "10"
    assert refused.headers["RateLimit-Policy"] == '"card-lookups";q=3;w=30'
    assert refused.headers["RateLimit"] == '"card-lookups";r=0;t=10'
    assert house.tables() == before
    assert house.look_up("officer", subject="officer:b", **nobody).status_code == 404
    now += 10
    assert house.look_up("officer", subject="officer:a", **nobody).status_code == 404
    assert house.look_up("officer", subject="officer:a", **nobody).status_code == 429


def test_an_assisted_enrolment_that_is_refused_counts_as_a_look_up(house: House) -> None:
    throttled = replace(
        house.service,
        lookups=Throttle(THREE_AT_ONCE),
        clock=lambda: 1_000.0,
    )
    house = with_service(house, throttled)
    card, class_id = house.award(), house.put_class()

    def assist(number: str, class_id: str) -> TestResponse:
        body = assisted_wish(class_id, number)
        return house.post("/enrolments", body, "operator")

    taken = assist(card.card_number, class_id)
    assert taken.status_code == 201
    assert taken.headers["RateLimit"] == '"card-lookups";r=3'
    for number, refusal in (
        (card.card_number, "already-enrolled"),
        (ABSENT["card_number"], "card-not-found"),
        (card.card_number, "already-enrolled"),
    ):
        assert code(assist(number, class_id))[1] == refusal
    assert code(assist(card.card_number, class_id)) == (429, "too-many-requests")
    enrolled = house.enrol(house.award(), class_id)
    assert enrolled.status_code == 201
    assert "RateLimit" not in enrolled.headers  # a holder names no card


@pytest.mark.parametrize(("region", "shown"), [("32", True), ("17", False)])
def test_an_assisted_enrolment_that_is_refused_is_recorded_as_a_look_up(
    house: House, region: str, shown: bool
) -> None:
    card, class_id = house.award(), house.put_class()
    body = assisted_wish(class_id, card.card_number, expected_price=PRICE + 1)
    refused = house.post("/enrolments", body, "officer", region=region, subject="officer:x")
    reason = "price-changed" if shown else "card-not-found"
    assert code(refused)[1] == reason
    entry = house.entries()[-1]
    assert (entry["kind"], entry["actor"]) == ("card-looked-up", "officer:x")
    assert (entry["card_ref"], entry["region"]) == (card.card_ref, "32.73")
    assert entry["body"] == {
        "by": "card_number",
        "reason": f"Enrolment refused: {reason}",
        "shown": shown,
    }


def test_a_working_day_at_a_counter_is_within_the_bound() -> None:
    lookups, now = Throttle(LOOKUPS_OF_ONE_CALLER), 0.0
    for _ in range(8 * 60):
        assert lookups.wait("officer:counter", now=now) == 0
        lookups.count("officer:counter", now=now)
        now += 60


def test_the_deadline_is_told_to_whoever_may_see_the_card(shared_house: House) -> None:
    card = shared_house.award()
    shown = document(shared_house.look_up("officer", nik=card.person.nik, region="32"))
    assert shown["deadline"] > (utc_now() + 14 * DAY).isoformat()
