"""Erasing a person: what is destroyed, what stays, and who has to be gone before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chassis.identifiers import random_reference
from tests.chassis.problem_documents import code, pointers, problem
from tests.services.enrolment import exclusions
from tests.services.enrolment.erasing import (
    CASE,
    RINA,
    SAID,
    SUPPRESSED,
    erase,
    erased,
    everything,
    left_of,
    past,
    places,
    revoke,
    run_out,
    suppressed,
)
from tests.services.enrolment.house import House, document
from tests.services.enrolment.lived_in import undo_admission_of
from tests.services.enrolment.teaching import taught

"""Digests of an exclusion list, which is another office's: they name no card."""

APPEAL = "Saya Umbu, ibu saya Magdalena Hunggu"


def test_nothing_leads_to_who_was_erased_but_the_digests_by_which_the_person_counts(
    house: House,
) -> None:
    of = taught(house)
    of.came()
    document(of.judge())
    document(of.review(text=SAID), 201)
    [card] = of.cards
    case_id = exclusions.case_about(house, card)
    document(exclusions.decide(house, case_id, "upheld"))
    document(exclusions.appeal(house, case_id, card, text=APPEAL))
    document(exclusions.decide_appeal(house, case_id, "granted"))
    house.look_up("operator", card_number=card.card_number)
    assert {
        "person.sealed",
        "review.sealed_text",
        "exclusion_case.appeal",
        "stored_answer.body",
    } <= (places(left_of(house, card, SAID, APPEAL)))
    told = erased(house, card)
    assert told["card_refs"] == [card.card_ref]
    assert places(left_of(house, card, SAID, APPEAL)) == {SUPPRESSED}
    assert house.differences() == []


def test_an_erasure_is_journaled_with_its_case_and_changes_no_entry_before_it(house: House) -> None:
    card = house.award()
    revoke(house, card)
    before = house.entries()
    document(erase(house, card))
    *earlier, entry = house.entries()
    assert earlier == before
    assert (entry["kind"], entry["actor"], entry["card_ref"]) == ("erased", RINA, card.card_ref)
    assert entry["body"] == {**CASE, "suppressed": 1}


def test_who_was_erased_gets_no_other_card_and_is_refused_as_any_former_holder(
    house: House,
) -> None:
    erased_card, former = house.award_many(2)
    erased(house, erased_card)
    revoke(house, former)
    for card in (erased_card, former):
        [refused] = document(house.admit([card.person.row()]))["refused"]
        assert refused["code"] == "nik-already-held"
    told = [document(house.admit([card.person.row()]))["refused"] for card in (erased_card, former)]
    assert told[0] == told[1]


def test_who_was_erased_is_on_no_list_any_more_nor_on_one_that_comes_after(house: House) -> None:
    """A digest there and among the erased would tell of whose card a case is that was opened by the list.

    Who may be admitted again stays: a list that is in force refuses that person.
    """
    card, other = house.award_many(2)
    exclusions.hit(house, card, other)
    mistaken = house.award()
    undo_admission_of(house, mistaken)
    listed = [one.person.nik for one in (card, other, mistaken)]
    waits = exclusions.imported(house, listed, group="student")
    erased(house, card)
    document(erase(house, mistaken))
    assert places(left_of(house, card)) == {SUPPRESSED}
    again = exclusions.imported(house, listed)
    assert places(left_of(house, card)) == {SUPPRESSED}
    assert [exclusions.digests(house, one) for one in (waits, again)] == [2, 2]
    told = exclusions.previewed(house, again)
    assert (exclusions.shown(house, again)["listed"], told["listed"]) == (3, 3)
    document(exclusions.activate(house, again))
    exclusions.find_all(house)
    rows = [one.person.row() for one in (card, mistaken)]
    refused = document(house.admit(rows))["refused"]
    assert [each["code"] for each in refused] == ["nik-already-held", "excluded"]
    assert house.differences() == []


def test_the_family_card_counts_who_was_erased(house: House) -> None:
    family = "3273010101018888"
    one, _ = house.award_many(2, family_card=family)
    third = next(house.supply)
    erased(house, replace(one, person=replace(one.person, family_card=family)))
    [refused] = document(house.admit([third.row(family_card=family)]))["refused"]
    assert refused["code"] == "family-card-used-up"


def test_a_card_that_goes_on_keeps_its_holder_from_being_erased(house: House) -> None:
    card = house.award()
    before = house.tables()
    refused = problem(erase(house, card))
    assert (refused["code"], refused["state"]) == ("state-conflict", "awarded")
    assert house.tables() == before
    house.enrolled(card, house.put_class())
    assert problem(erase(house, card))["state"] == "in_training"


def test_an_exclusion_case_that_goes_on_keeps_what_its_holder_may_need(house: House) -> None:
    """A card that is barred by it cannot be revoked, nor can its time run out: the case is named as what to decide."""
    card = house.award()
    case_id = exclusions.case_about(house, card)
    assert problem(erase(house, card))["state"] == "awarded"
    document(exclusions.decide(house, case_id, "upheld"))
    exclusions.hit(house, card, group="student")
    before = house.tables()
    refused = problem(erase(house, card))
    assert (refused["code"], refused["state"]) == ("state-conflict", "barred")
    assert case_id in refused["detail"]
    assert house.tables() == before
    document(exclusions.decide(house, case_id, "dismissed"))
    assert problem(erase(house, card))["state"] == "awarded"
    erased(house, card)


def test_a_person_is_erased_once(house: House) -> None:
    card = house.award()
    erased(house, card)
    before = house.tables()
    refused = problem(erase(house, card))
    assert (refused["code"], refused["state"]) == ("state-conflict", "revoked")
    assert house.tables() == before
    assert code(erase(house, card_number=card.card_number)) == (404, "card-not-found")
    assert house.entries()[-1]["body"]["shown"] is False


def test_the_same_request_again_gets_the_same_answer(house: House) -> None:
    card = house.award()
    revoke(house, card)
    answers = [erase(house, card_number=card.card_number, key="erasure-of-the-day") for _ in "12"]
    assert answers[0].status_code == 200, answers[0].text
    assert answers[0].data == answers[1].data
    assert len(suppressed(house)) == 1


def test_cards_that_were_withdrawn_go_with_the_person_and_suppress_nobody(house: House) -> None:
    mistaken = house.award()
    undo_admission_of(house, mistaken)
    other = house.award()
    undo_admission_of(house, other)
    document(house.admit([mistaken.person.row()]))
    with house.service.database.reading() as connection:
        find = house.service.stores.persons.card_ref_by_nik
        ref = str(find(connection, mistaken.person.nik))
    told = erased(house, replace(mistaken, card_ref=ref))
    assert set(told["card_refs"]) == {mistaken.card_ref, ref}
    assert places(left_of(house, mistaken)) == {SUPPRESSED}
    assert "withdrawn_person.sealed" in places(left_of(house, other))
    by_card = {e["card_ref"]: e["body"] for e in house.entries() if e["kind"] == "erased"}
    assert {ref: body["suppressed"] for ref, body in by_card.items()} == {
        mistaken.card_ref: 0,
        ref: 1,
    }
    assert house.differences() == []


def test_who_never_rightly_held_a_card_can_be_admitted_after_an_erasure(house: House) -> None:
    mistaken = house.award()
    undo_admission_of(house, mistaken)
    document(erase(house, mistaken))
    assert left_of(house, mistaken) == []
    assert document(house.admit([mistaken.person.row()]))["refused"] == []


@pytest.mark.parametrize("role", ["officer", "auditor", "holder", "provider"])
def test_only_operators_erase(shared_house: House, role: str) -> None:
    assert code(erase(shared_house, card_ref=random_reference(), role=role)) == (403, "forbidden")


@pytest.mark.parametrize(
    ("named", "pointer"),
    [
        ({}, "/card_number"),
        ({"card_number": "1234567890123456", "card_ref": random_reference()}, "/card_number"),
        ({"card_ref": random_reference(), "reason": ""}, "/reason"),
        ({"card_ref": random_reference(), "reason": "NIK 3273014205900001"}, "/reason"),
        ({"card_ref": random_reference(), "case_number": "3273014205900001"}, "/case_number"),
        ({"card_ref": random_reference(), "case_number": None}, "/case_number"),
    ],
)
def test_what_names_no_card_or_no_case_is_refused(
    shared_house: House, named: dict[str, Any], pointer: str
) -> None:
    before = shared_house.tables()
    answer = erase(shared_house, **named)
    assert (code(answer), pointers(answer)) == ((422, "validation-failed"), [pointer])
    assert shared_house.tables() == before


def test_what_is_looked_for_is_opened_where_it_is_sealed(house: House) -> None:
    """Else the other tests would find nothing, whatever was left."""
    card = house.award()
    found = {place for place, text in everything(house) if card.person.nik in text}
    assert found == {"person.sealed"}


def test_a_card_whose_time_ran_out_is_erased_once_that_is_noted(house: House) -> None:
    card = house.award()
    past(house, card)
    assert problem(erase(house, card))["state"] == "expired"
    run_out(house, card)
    document(erase(house, card))
