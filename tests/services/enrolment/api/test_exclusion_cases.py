"""Cases about holders who were found on a list: who has one, and how it shows."""

from __future__ import annotations

import sqlalchemy as sa

from services.enrolment.storage.tables.exclusions import EXCLUSION_CASE
from services.enrolment.storage.tables.programme import CARD
from tests.services.enrolment.exclusions import (
    appeal,
    card_of,
    case_about,
    cases,
    decide,
    decide_appeal,
    find_all,
    hit,
    let_time_pass,
    own_case,
    told_of,
    withdraw,
)
from tests.services.enrolment.house import House, document


def test_a_holder_who_is_found_on_a_list_has_a_case_and_keeps_the_card(house: House) -> None:
    card, bystander = house.award_many(2)
    case_id = case_about(house, card)
    told = own_case(house, card)
    assert (told["id"], told["status"], told["group"]) == (case_id, "open", "civil-servant")
    assert (told["listing"], told["may_appeal"], told["appeal_until"]) == ("listed", False, None)
    assert card_of(house, card)["status"] == "awarded"
    assert card_of(house, bystander)["exclusion_cases"] == []
    [entry] = told_of(house, card)
    assert (entry["kind"], entry["actor"], entry["role"]) == (
        "exclusion-case-opened",
        "enrolment-worker",
        "system",
    )
    assert house.differences() == []


def test_until_a_case_is_upheld_the_card_buys_as_any_other(house: House) -> None:
    card = house.award()
    case_about(house, card)
    house.enrolled(card, house.put_class())


def test_time_that_passes_shows_as_overdue_and_decides_nothing(house: House) -> None:
    cards = house.award_many(2)
    hit(house, *cards)
    assert cases(house, overdue="true") == []
    let_time_pass(house, EXCLUSION_CASE.c.due_at)
    late = cases(house, overdue="true")
    assert [case["overdue"] for case in late] == [True, True]
    assert [case["status"] for case in late] == ["open", "open"]
    find_all(house)
    document(decide(house, late[0]["id"], "dismissed"))
    assert [case["id"] for case in cases(house, overdue="true")] == [late[1]["id"]]
    assert [case["id"] for case in cases(house, overdue="false")] == [late[0]["id"]]


def test_after_a_list_was_taken_back_its_cases_show_who_is_listed_no_longer(house: House) -> None:
    card = house.award()
    list_id = hit(house, card)
    document(withdraw(house, list_id))
    [told] = cases(house)
    assert (told["status"], told["listing"]) == ("open", "no-longer-listed")


def test_a_later_list_that_says_the_same_opens_no_second_case(house: House) -> None:
    running, dismissed = house.award_many(2)
    hit(house, running, dismissed)
    [one] = cases(house, card_ref=dismissed.card_ref)
    document(decide(house, one["id"], "dismissed"))
    hit(house, running, dismissed)
    assert len(cases(house)) == 2
    hit(house, running)
    hit(house, running, dismissed)
    assert [case["status"] for case in cases(house, card_ref=dismissed.card_ref)] == [
        "dismissed",
        "open",
    ]
    assert len(cases(house, card_ref=running.card_ref)) == 1
    assert house.differences() == []


def test_a_list_taken_back_and_imported_again_opens_no_case_that_was_decided(house: House) -> None:
    dismissed, granted = people = house.award_many(2)
    list_id = hit(house, *people)
    [one] = cases(house, card_ref=dismissed.card_ref)
    document(decide(house, one["id"], "dismissed"))
    [other] = cases(house, card_ref=granted.card_ref)
    document(decide(house, other["id"], "upheld"))
    document(appeal(house, other["id"], granted))
    document(decide_appeal(house, other["id"], "granted"))
    document(withdraw(house, list_id))
    hit(house, *people)
    assert sorted(case["status"] for case in cases(house)) == ["dismissed", "granted"]
    assert house.differences() == []


def test_what_a_list_before_said_reopens_no_case_of_a_later_one_that_was_taken_back(
    house: House,
) -> None:
    card, bystander = house.award_many(2)
    hit(house, bystander)
    later = hit(house, card, bystander)
    [one] = cases(house, card_ref=card.card_ref)
    document(decide(house, one["id"], "dismissed"))
    document(withdraw(house, later))
    hit(house, card, bystander)
    assert len(cases(house, card_ref=card.card_ref)) == 1


def test_a_case_dismissed_because_its_list_was_taken_back_is_opened_anew(house: House) -> None:
    card = house.award()
    list_id = hit(house, card)
    [one] = cases(house)
    document(withdraw(house, list_id))
    document(decide(house, one["id"], "dismissed", reason="Daftar ditarik"))
    assert house.entries()[-1]["body"]["listed"] is False
    hit(house, card)
    assert [case["status"] for case in cases(house)] == ["dismissed", "open"]
    assert house.differences() == []


def test_a_card_that_has_ended_is_not_hit(house: House) -> None:
    card = house.award()
    body = {"card_ref": card.card_ref, "reason": "Dokumen palsu", "case_number": "INSP-1"}
    document(house.post("/cards/revocation", body, "operator"))
    hit(house, card)
    assert cases(house) == []


def test_a_group_that_the_rules_of_the_award_allow_is_not_hit(house: House) -> None:
    card = house.award()
    hit(house, card, group="social-aid-recipient")
    assert cases(house) == []
    with house.as_owner() as connection:
        connection.execute(sa.update(CARD).values(rule_version="2020-04"))
    hit(house, card, group="social-aid-recipient")
    [one] = cases(house)
    assert one["group"] == "social-aid-recipient"


def test_the_report_lists_exactly_the_affected_by_reference_and_is_recorded(house: House) -> None:
    cards = house.award_many(4)
    list_id = hit(house, *cards[:3])
    hit(house, cards[3], group="student")
    path = f"/exclusion-lists/{list_id}/affected"
    items = document(house.get(path, "auditor"))["items"]
    assert {item["card_ref"] for item in items} == {card.card_ref for card in cards[:3]}
    entry = house.entries()[-1]
    assert (entry["kind"], entry["role"]) == ("exclusion-list-read", "auditor")
    text = house.get(path, "operator", headers={"Accept": "text/csv"}).text
    assert text.splitlines()[0] == "case_id,card_ref,region,status,opened_at,ended_at,listing"
    assert len(text.splitlines()) == 4
    for card in cards:
        assert card.person.nik not in text
        assert card.card_number not in text


def test_an_officer_sees_the_cases_of_a_card_that_is_looked_up(house: House) -> None:
    card = house.award()
    case_id = case_about(house, card)
    found = document(house.look_up("officer", card_number=card.card_number, region="32"))
    assert [case["id"] for case in found["exclusion_cases"]] == [case_id]


def test_a_person_on_a_list_is_explained_by_the_check_that_judges(shared_house: House) -> None:
    person = {"birth_date": "1990-05-02", "regency": "32.73", "scheme": "digital"}
    asked = {**person, "groups": ["social-aid-recipient"]}
    for version, refused_by in (("2020-04", "excluded"), ("2023-01", None)):
        body = {"candidate": asked, "version": version}
        told = document(shared_house.post("/rules/explanation", body, "officer", region="32"))
        assert told["refused_by"] == refused_by
        [check] = [check for check in told["checks"] if check["rule"] == "exclusion"]
        assert check["compared"]["listed"] == ["social-aid-recipient"]
