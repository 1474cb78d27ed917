"""Cards revoked under a case about their holder, or under another number while a case stands."""

from __future__ import annotations

import pytest

from chassis.identifiers import new_id
from services.enrolment.storage.tables.exclusions import EXCLUSION_CASE
from tests.chassis.problem_documents import code, problem
from tests.services.enrolment.exclusions import (
    appeal,
    card_of,
    case_about,
    cases,
    decide,
    hit,
    let_time_pass,
    own_case,
    revoke,
    withdraw,
)
from tests.services.enrolment.house import House, document


def test_a_card_is_revoked_under_the_case_once_the_time_to_appeal_is_over(house: House) -> None:
    card = house.award()
    case_id = case_about(house, card)
    assert code(revoke(house, case_id, card)) == (409, "state-conflict")
    document(decide(house, case_id, "upheld"))
    assert code(revoke(house, case_id, card)) == (409, "state-conflict")
    assert card_of(house, card)["balance"] == 3_500_000
    let_time_pass(house, EXCLUSION_CASE.c.appeal_until)
    [told] = cases(house, card_ref=card.card_ref)
    assert told["may_be_revoked"]
    document(revoke(house, case_id, card))
    assert own_case(house, card)["status"] == "revoked"
    assert (card_of(house, card)["status"], card_of(house, card)["balance"]) == ("revoked", 0)
    assert house.differences() == []


def test_a_card_is_not_revoked_for_a_list_that_was_taken_back_meanwhile(house: House) -> None:
    card = house.award()
    list_id = hit(house, card)
    [told] = cases(house)
    document(decide(house, told["id"], "upheld"))
    let_time_pass(house, EXCLUSION_CASE.c.appeal_until)
    document(withdraw(house, list_id))
    assert not cases(house)[0]["may_be_revoked"]
    assert code(revoke(house, told["id"], card)) == (409, "no-longer-listed")
    document(decide(house, told["id"], "dismissed"))
    assert card_of(house, card)["status"] == "awarded"
    assert house.differences() == []


def test_a_case_that_nobody_decided_lapses_when_the_card_is_revoked_for_something_else(
    house: House,
) -> None:
    card = house.award()
    case_id = case_about(house, card)
    document(revoke(house, "INSP-1", card))
    [told] = cases(house)
    assert (told["status"], told["due_at"], told["upheld"]) == ("lapsed", None, None)
    assert told["ended"]["reason"] == "Tidak berhak"
    revoked, lapsed = house.entries()[-2:]
    assert (revoked["kind"], lapsed["kind"]) == ("card-revoked", "exclusion-case-lapsed")
    assert "case_id" not in revoked["body"]
    assert (lapsed["body"]["case_id"], lapsed["body"]["case_number"]) == (case_id, "INSP-1")
    for decision in ("upheld", "dismissed"):
        assert problem(decide(house, case_id, decision))["state"] == "lapsed"
    assert house.differences() == []


@pytest.mark.parametrize("state", ["upheld", "appealed"])
def test_while_a_holder_may_be_heard_the_card_is_revoked_under_no_other_number(
    house: House, state: str
) -> None:
    card = house.award()
    case_id = case_about(house, card)
    document(decide(house, case_id, "upheld"))
    if state == "appealed":
        document(appeal(house, case_id, card))
        let_time_pass(house, EXCLUSION_CASE.c.appeal_until)
    for number in ("ADM-17/2027", new_id(), f"{{{case_id}}}"):
        refused = problem(revoke(house, number, card))
        assert (refused["code"], refused["case_id"], refused["state"]) == (
            "exclusion-case-stands",
            case_id,
            state,
        )
        assert case_id in refused["detail"]
    assert (card_of(house, card)["status"], cases(house)[0]["status"]) == ("barred", state)
    assert house.differences() == []


def test_the_id_of_a_case_in_capitals_is_that_id(house: House) -> None:
    card = house.award()
    case_id = case_about(house, card)
    document(decide(house, case_id, "upheld"))
    refused = problem(revoke(house, case_id.upper(), card))
    assert (refused["code"], refused["state"]) == ("state-conflict", "upheld")
    let_time_pass(house, EXCLUSION_CASE.c.appeal_until)
    document(revoke(house, case_id.upper(), card))
    assert cases(house)[0]["status"] == "revoked"
    assert house.entries()[-1]["body"]["case_id"] == case_id
    assert house.differences() == []


def test_a_case_that_could_end_with_the_card_lapses_under_another_number(house: House) -> None:
    card = house.award()
    case_id = case_about(house, card)
    document(decide(house, case_id, "upheld"))
    let_time_pass(house, EXCLUSION_CASE.c.appeal_until)
    document(revoke(house, "INSP-1", card))
    assert cases(house)[0]["status"] == "lapsed"
    assert house.differences() == []


def test_an_exclusion_decided_to_its_end_revokes_the_card_whatever_another_waits_for(
    house: House,
) -> None:
    card = house.award()
    first = case_about(house, card)
    document(decide(house, first, "upheld"))
    let_time_pass(house, EXCLUSION_CASE.c.appeal_until)
    hit(house, card, group="student")
    second = cases(house, group="student")[0]["id"]
    document(decide(house, second, "upheld"))
    document(appeal(house, second, card))
    assert problem(revoke(house, "INSP-1", card))["case_id"] == second
    assert code(revoke(house, second, card)) == (409, "state-conflict")
    document(revoke(house, first, card))
    assert [case["status"] for case in cases(house)] == ["revoked", "lapsed"]
    assert house.differences() == []


def test_a_case_number_that_is_no_case_of_the_card_revokes_as_ever(house: House) -> None:
    card, other = house.award_many(2)
    case_id = case_about(house, card)
    document(revoke(house, case_id, other))
    assert cases(house)[0]["status"] == "open"
    assert house.differences() == []
