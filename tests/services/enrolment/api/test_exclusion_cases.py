"""Cases about holders who were found on a list: opened, decided, appealed against, and never deciding by themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.clock import read_instant, utc_now
from chassis.identifiers import new_id
from services.enrolment.storage.tables.exclusions import EXCLUSION_CASE
from services.enrolment.storage.tables.programme import CARD
from services.enrolment.worker import expire_due_cards
from tests.chassis.problem_documents import code, pointers, problem
from tests.services.enrolment.api.test_moving import move
from tests.services.enrolment.exclusions import (
    BUDI,
    RINA,
    appeal,
    card_of,
    case_about,
    cases,
    decide,
    decide_appeal,
    find_all,
    hit,
    revoke,
    withdraw,
)
from tests.services.enrolment.house import House, document
from tests.services.enrolment.people import HeldCard

WORDS = "Saya berhenti sebagai PNS, SK 12 tahun 2024."


MIDNIGHT_IN = {"32.73": 17, "73.71": 16, "91.71": 15}
"""The hour of UTC at which a day ends in a regency of each zone."""


def own_case(house: House, card: HeldCard) -> dict[str, Any]:
    [told] = card_of(house, card)["exclusion_cases"]
    return dict(told)


def let_time_pass(house: House, column: sa.Column[Any]) -> None:
    """Let an instant of every case lie a second back."""
    with house.as_owner() as connection:
        ago = utc_now() - timedelta(seconds=1)
        connection.execute(sa.update(EXCLUSION_CASE).values({column.name: ago}))


def told_of(house: House, card: HeldCard) -> list[dict[str, Any]]:
    """Return the entries about a card's cases."""
    return [
        entry
        for entry in house.entries()
        if entry["card_ref"] == card.card_ref and "case_id" in entry["body"]
    ]


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


def test_who_is_on_the_list_no_longer_shows_so_and_an_operator_ends_the_case(house: House) -> None:
    card, bystander = house.award_many(2)
    case_id = case_about(house, card)
    hit(house, bystander)
    [told] = cases(house, card_ref=card.card_ref)
    assert (told["status"], told["listing"]) == ("open", "no-longer-listed")
    assert own_case(house, card)["listing"] == "no-longer-listed"
    document(decide(house, case_id, "dismissed", reason="Tidak tercatat lagi"))
    assert house.differences() == []


def test_after_a_list_was_taken_back_its_cases_show_who_is_listed_no_longer(house: House) -> None:
    card = house.award()
    list_id = hit(house, card)
    document(withdraw(house, list_id))
    [told] = cases(house)
    assert (told["status"], told["listing"]) == ("open", "no-longer-listed")


def test_nothing_is_decided_against_a_holder_whose_list_was_taken_back(house: House) -> None:
    card = house.award()
    list_id = hit(house, card)
    [told] = cases(house)
    document(withdraw(house, list_id))
    assert code(decide(house, told["id"], "upheld")) == (409, "no-longer-listed")
    assert card_of(house, card)["status"] == "awarded"
    document(decide(house, told["id"], "dismissed"))
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


def test_a_card_on_the_lists_of_two_groups_is_barred_until_both_are_lifted(house: House) -> None:
    card = house.award()
    first = case_about(house, card)
    hit(house, card, group="student")
    second = cases(house, group="student")[0]["id"]
    for case_id in (first, second):
        document(decide(house, case_id, "upheld"))
    document(decide(house, first, "dismissed"))
    assert card_of(house, card)["status"] == "barred"
    document(decide(house, second, "dismissed"))
    assert card_of(house, card)["status"] == "awarded"
    assert house.differences() == []


def test_a_card_that_has_ended_is_not_hit(house: House) -> None:
    card = house.award()
    body = {"card_ref": card.card_ref, "reason": "Dokumen palsu", "case_number": "INSP-1"}
    document(house.post("/cards/revocation", body, "operator"))
    hit(house, card)
    assert cases(house) == []


def test_a_case_whose_card_ran_out_is_dismissed_not_upheld(house: House) -> None:
    card = house.award()
    case_id = case_about(house, card)
    with house.as_owner() as connection:
        connection.execute(sa.update(CARD).values(deadline=utc_now() - timedelta(seconds=1)))
    assert expire_due_cards(house.service.stores, house.service.transactions) == 1
    assert code(decide(house, case_id, "upheld")) == (409, "state-conflict")
    assert cases(house)[0]["card_status"] == "expired"
    document(decide(house, case_id, "dismissed"))
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


def test_a_case_number_that_is_no_case_of_the_card_revokes_as_ever(house: House) -> None:
    card, other = house.award_many(2)
    case_id = case_about(house, card)
    document(revoke(house, case_id, other))
    assert cases(house)[0]["status"] == "open"
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


def test_a_person_on_a_list_is_explained_by_the_check_that_judges(shared_house: House) -> None:
    person = {"birth_date": "1990-05-02", "regency": "32.73", "scheme": "digital"}
    asked = {**person, "groups": ["social-aid-recipient"]}
    for version, refused_by in (("2020-04", "excluded"), ("2023-01", None)):
        body = {"candidate": asked, "version": version}
        told = document(shared_house.post("/rules/explanation", body, "officer", region="32"))
        assert told["refused_by"] == refused_by
        [check] = [check for check in told["checks"] if check["rule"] == "exclusion"]
        assert check["compared"]["listed"] == ["social-aid-recipient"]
