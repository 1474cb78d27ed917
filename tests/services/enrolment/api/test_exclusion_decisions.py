"""Decisions on cases about holders who were found on a list, and what they mean for the card."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.clock import read_instant, utc_now
from chassis.identifiers import new_id
from services.enrolment.storage.tables.programme import CARD
from services.enrolment.worker import expire_due_cards
from tests.chassis.problem_documents import code, pointers, problem
from tests.services.enrolment.api.test_moving import move
from tests.services.enrolment.exclusions import (
    RINA,
    appeal,
    card_of,
    case_about,
    cases,
    decide,
    decide_appeal,
    hit,
    own_case,
    told_of,
    withdraw,
)
from tests.services.enrolment.house import House, document

MIDNIGHT_IN = {"32.73": 17, "73.71": 16, "91.71": 15}
"""The hour of UTC at which a day ends in a regency of each zone."""


def test_an_upheld_case_bars_the_card(house: House) -> None:
    card = house.award()
    case_id = case_about(house, card)
    told = document(decide(house, case_id, "upheld"))
    assert (told["status"], told["upheld"]["by"], told["may_be_revoked"]) == ("upheld", RINA, False)
    refused = problem(house.enrol(card, house.put_class()))
    assert (refused["code"], refused["card_state"]) == ("card-not-usable", "barred")
    assert card_of(house, card)["status"] == "barred"
    own = own_case(house, card)
    assert (own["may_appeal"], own["reason"]) == (True, "Sudah diperiksa")
    assert "by" not in own
    assert house.differences() == []


def test_the_clock_of_a_barred_card_stands_still_whatever_the_worker_does(house: House) -> None:
    card = house.award()
    case_id = case_about(house, card)
    document(decide(house, case_id, "upheld"))
    with house.as_owner() as connection:
        ago = utc_now() - timedelta(days=3)
        connection.execute(sa.update(CARD).values(barred_at=ago, deadline=ago + timedelta(days=2)))
    assert expire_due_cards(house.service.stores, house.service.transactions) == 0
    assert card_of(house, card)["status"] == "barred"
    document(decide(house, case_id, "dismissed"))
    told = card_of(house, card)
    assert told["status"] == "awarded"
    left = read_instant(told["deadline"]) - utc_now()
    assert timedelta(days=1) < left < timedelta(days=4)
    house.enrolled(card, house.put_class())
    assert house.differences() == []


def test_a_dismissed_case_leaves_the_card_as_it_was_and_says_why(house: House) -> None:
    card = house.award()
    deadline = card_of(house, card)["deadline"]
    case_id = case_about(house, card)
    told = document(decide(house, case_id, "dismissed", reason="Orang lain, nama sama"))
    assert (told["status"], told["due_at"]) == ("dismissed", None)
    assert told["ended"]["reason"] == "Orang lain, nama sama"
    assert card_of(house, card)["deadline"] == deadline
    assert code(decide(house, case_id, "upheld")) == (409, "state-conflict")
    assert house.differences() == []


def test_the_days_of_a_step_end_where_the_holder_lives_when_it_is_taken(house: House) -> None:
    card = house.award()
    case_id = case_about(house, card)
    assert read_instant(cases(house)[0]["due_at"]).hour == MIDNIGHT_IN["32.73"]
    document(move(house, card, to="91.71"))
    told = document(decide(house, case_id, "upheld"))
    assert (told["region"], read_instant(told["appeal_until"]).hour) == (
        "91.71",
        MIDNIGHT_IN["91.71"],
    )
    document(move(house, card, to="73.71"))
    document(appeal(house, case_id, card))
    assert read_instant(cases(house)[0]["due_at"]).hour == MIDNIGHT_IN["73.71"]
    document(move(house, card, to="91.71"))
    told = document(decide_appeal(house, case_id, "refused"))
    assert read_instant(told["due_at"]).hour == MIDNIGHT_IN["91.71"]
    assert told_of(house, card)[-1]["region"] == "91.71"
    assert house.differences() == []


def test_who_is_on_the_list_no_longer_shows_so_and_an_operator_ends_the_case(house: House) -> None:
    card, bystander = house.award_many(2)
    case_id = case_about(house, card)
    hit(house, bystander)
    [told] = cases(house, card_ref=card.card_ref)
    assert (told["status"], told["listing"]) == ("open", "no-longer-listed")
    assert own_case(house, card)["listing"] == "no-longer-listed"
    document(decide(house, case_id, "dismissed", reason="Tidak tercatat lagi"))
    assert house.differences() == []


def test_nothing_is_decided_against_a_holder_whose_list_was_taken_back(house: House) -> None:
    card = house.award()
    list_id = hit(house, card)
    [told] = cases(house)
    document(withdraw(house, list_id))
    assert code(decide(house, told["id"], "upheld")) == (409, "no-longer-listed")
    assert card_of(house, card)["status"] == "awarded"
    document(decide(house, told["id"], "dismissed"))
    assert house.differences() == []


def test_a_card_on_the_lists_of_two_groups_is_barred_until_both_are_lifted(house: House) -> None:
    card = house.award()
    first = case_about(house, card)
    hit(house, card, group="student")
    second = cases(house, group="student")[0]["id"]
    for case_id in (first, second):
        document(decide(house, case_id, "upheld"))
    document(decide(house, first, "dismissed"))
    assert card_of(house, card)["status"] == "barred"
    assert {case["card_status"] for case in cases(house)} == {"barred"}
    document(decide(house, second, "dismissed"))
    assert card_of(house, card)["status"] == "awarded"
    assert house.differences() == []


def test_until_it_is_noted_that_a_card_ran_out_its_case_is_dismissed_not_upheld(
    house: House,
) -> None:
    card = house.award()
    case_id = case_about(house, card)
    with house.as_owner() as connection:
        connection.execute(sa.update(CARD).values(deadline=utc_now() - timedelta(seconds=1)))
    assert code(decide(house, case_id, "upheld")) == (409, "state-conflict")
    assert cases(house)[0]["card_status"] == "expired"
    document(decide(house, case_id, "dismissed"))
    assert expire_due_cards(house.service.stores, house.service.transactions) == 1
    assert cases(house)[0]["status"] == "dismissed"
    assert house.differences() == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"decision": "revoked", "reason": "Alasan"}, "/decision"),
        ({"decision": "upheld", "reason": ""}, "/reason"),
        ({"decision": "upheld", "reason": "NIK 3273010205900001"}, "/reason"),
        ({"decision": "upheld"}, "/reason"),
    ],
)
def test_a_decision_that_makes_no_sense_is_refused_by_name(
    shared_house: House, body: dict[str, Any], pointer: str
) -> None:
    answer = shared_house.post(f"/exclusion-cases/{new_id()}/decision", body, "operator")
    assert (code(answer), pointers(answer)) == ((422, "validation-failed"), [pointer])
