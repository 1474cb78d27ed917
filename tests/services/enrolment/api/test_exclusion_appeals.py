"""Appeals of holders against what was decided on their cases."""

from __future__ import annotations

from typing import Any

from chassis.identifiers import new_id
from services.enrolment.storage.tables.exclusions import EXCLUSION_CASE
from tests.chassis.problem_documents import code, pointers, problem
from tests.services.enrolment.exclusions import (
    BUDI,
    RINA,
    appeal,
    case_about,
    cases,
    decide,
    decide_appeal,
    hit,
    let_time_pass,
    revoke,
    told_of,
)
from tests.services.enrolment.house import House, document

WORDS = "Saya berhenti sebagai PNS, SK 12 tahun 2024."


def test_an_appeal_stops_the_revocation_until_another_operator_has_decided(house: House) -> None:
    card = house.award()
    case_id = case_about(house, card)
    document(decide(house, case_id, "upheld", by=RINA))
    told = document(appeal(house, case_id, card, WORDS))
    assert (told["status"], told["may_appeal"]) == ("appealed", False)
    let_time_pass(house, EXCLUSION_CASE.c.appeal_until)
    assert code(revoke(house, case_id, card)) == (409, "state-conflict")
    assert code(decide(house, case_id, "dismissed")) == (409, "state-conflict")
    for decision in ("granted", "refused"):
        assert code(decide_appeal(house, case_id, decision, by=RINA)) == (409, "same-person")
    document(decide_appeal(house, case_id, "refused", by=BUDI))
    document(revoke(house, case_id, card))
    assert house.differences() == []


def test_a_granted_appeal_gives_the_card_back(house: House) -> None:
    card = house.award()
    case_id = case_about(house, card)
    document(decide(house, case_id, "upheld", by=RINA))
    document(appeal(house, case_id, card))
    told = document(decide_appeal(house, case_id, "granted", by=BUDI))
    assert (told["status"], told["appeal_decided"]["by"]) == ("granted", BUDI)
    house.enrolled(card, house.put_class())
    assert [entry["kind"] for entry in told_of(house, card)] == [
        "exclusion-case-opened",
        "exclusion-case-upheld",
        "exclusion-case-appealed",
        "exclusion-case-granted",
    ]
    assert house.differences() == []


def test_what_a_holder_says_is_sealed_and_its_reading_is_recorded(house: House) -> None:
    card = house.award()
    case_id = case_about(house, card)
    assert code(house.get(f"/exclusion-cases/{case_id}/appeal", "operator")) == (
        409,
        "state-conflict",
    )
    document(decide(house, case_id, "upheld"))
    document(appeal(house, case_id, card, WORDS))
    told = document(house.get(f"/exclusion-cases/{case_id}/appeal", "operator", subject=BUDI))
    assert told == {"case_id": case_id, "text": WORDS}
    entry = house.entries()[-1]
    assert (entry["kind"], entry["actor"]) == ("exclusion-appeal-read", BUDI)
    assert WORDS not in str(house.entries())
    assert WORDS not in str(house.tables())


def test_an_appeal_is_the_holders_own_and_in_time(house: House) -> None:
    card, other = house.award_many(2)
    case_id = case_about(house, card)
    assert code(appeal(house, case_id, card)) == (409, "state-conflict")
    document(decide(house, case_id, "upheld"))
    assert code(appeal(house, case_id, other)) == (404, "not-found")
    assert code(appeal(house, new_id(), card)) == (404, "not-found")
    let_time_pass(house, EXCLUSION_CASE.c.appeal_until)
    late = appeal(house, case_id, card)
    assert problem(late)["state"] == "appeal-time-over"
    assert cases(house)[0]["status"] == "upheld"


def test_an_officer_files_an_appeal_for_somebody_of_the_region_who_is_there_with_the_card(
    house: House,
) -> None:
    card, other = house.award_many(2)
    case_id = case_about(house, card)
    document(decide(house, case_id, "upheld"))
    path = f"/exclusion-cases/{case_id}/appeal"

    def file(region: str, **said: Any) -> Any:
        return house.post(path, {"text": WORDS, **said}, "officer", region=region)

    missing = file("32.73", consent=True)
    assert (code(missing), pointers(missing)) == ((422, "validation-failed"), ["/card_number"])
    unasked = file("32.73", card_number=card.card_number)
    assert (code(unasked), pointers(unasked)) == ((422, "validation-failed"), ["/consent"])
    agreed = {"consent": True}
    assert code(file("17.71", card_number=card.card_number, **agreed)) == (404, "card-not-found")
    assert code(file("32.73", card_number=other.card_number, **agreed)) == (404, "not-found")
    document(file("32", card_number=card.card_number, **agreed))
    told = told_of(house, card)[-1]
    assert (told["role"], told["body"]["assisted"], told["body"]["consent"]) == (
        "officer",
        True,
        True,
    )
    named = house.post(
        path, {"text": WORDS, "card_number": card.card_number}, "holder", card=card.card_ref
    )
    assert pointers(named) == ["/card_number"]


def test_an_appeal_of_somebody_who_is_listed_no_longer_is_granted(house: House) -> None:
    card, bystander = house.award_many(2)
    case_id = case_about(house, card)
    document(decide(house, case_id, "upheld"))
    document(appeal(house, case_id, card))
    hit(house, bystander)
    refused = problem(decide_appeal(house, case_id, "refused"))
    assert (refused["code"], "Grant the appeal" in refused["detail"]) == ("no-longer-listed", True)
    document(decide_appeal(house, case_id, "granted"))
    assert house.differences() == []
