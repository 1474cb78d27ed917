"""Each difference between tables and entries is found and named, planted one by one."""

from __future__ import annotations

import pytest

from services.enrolment.queries.consistency.check import WALKED
from tests.services.enrolment.api.tampering import lived_in, tamper
from tests.services.enrolment.house import House

TAMPERINGS: dict[str, tuple[str, set[str]]] = {
    "a suspension": (
        "update suspension set in_force = not in_force",
        {"suspension, by journal"},
    ),
    "a suspension that began before a seat was given": (
        "update suspension set position = 1",
        {"suspension, by journal", "seats given while suspended"},
    ),
    "a correction's state": (
        "update correction set state = 'refused' where correction_id = :correction",
        {
            "correction state, by journal",
            "movements of a correction",
            "correction of a movement",
        },
    ),
    "a correction's amount": (
        "update correction set amount = -9001 where correction_id = :correction",
        {"correction of a movement", "entry of a correction"},
    ),
    "who proposed a correction": (
        "update correction set proposed_by = 'operator:ani' where correction_id = :correction",
        {"who proposed a correction, by journal"},
    ),
    "who approved a correction": (
        "update correction set decided_by = 'operator:ani' where correction_id = :correction",
        {"who decided on a correction, by journal"},
    ),
    "the proposal of a correction, told of another card": (
        "update journal_entry set card_ref = :card where kind = 'correction-proposed'",
        {
            "correction proposed once",
            "who proposed a correction, by journal",
            "entry of a correction",
        },
    ),
    "the amount in the entry of a correction": (
        "update journal_entry set body = replace(body, '-9000', '-9001') where kind = 'correction-approved'",
        {
            "movement amount, by journal",
            "entry of a movement",
            "entry of a correction",
            "balance in an entry, by the one before",
        },
    ),
    "the state of a list": (
        "update exclusion_list set state = 'superseded'",
        {"exclusion list state, by journal"},
    ),
    "the people on a list": (
        "update exclusion_list set listed = listed + 1, rows = rows + 1",
        {"people on a list in force, by journal"},
    ),
    "the state of an exclusion case": (
        "update exclusion_case set state = 'upheld' where card_ref = :bystander",
        {"exclusion case state, by journal"},
    ),
    "who upheld an exclusion case": (
        "update exclusion_case set upheld_by = 'operator:ani' where card_ref = :bystander",
        {"exclusion case upheld_by, by journal"},
    ),
    "who appealed in an exclusion case": (
        "update exclusion_case set appealed_by = 'holder-9' where card_ref = :bystander",
        {"exclusion case appealed_by, by journal"},
    ),
    "who decided on an appeal": (
        "update exclusion_case set reviewed_by = 'operator:ani' where card_ref = :bystander",
        {"exclusion case reviewed_by, by journal"},
    ),
    "the opening of an exclusion case, told of another card": (
        "update journal_entry set card_ref = :card"
        " where kind = 'exclusion-case-opened' and card_ref = :bystander",
        {"exclusion case opened once", "entry of an exclusion case"},
    ),
    "a barred card that can be used": (
        "update card set barred_at = null where card_ref = :bystander",
        {"card barred, by its exclusion cases"},
    ),
    "a card that goes on after its exclusion": (
        "update card set state = 'exhausted' where card_ref = :returned",
        {
            "card state, by journal",
            "card barred, by its exclusion cases",
            "card of an exclusion case that ended so",
        },
    ),
    "a withdrawn card that can be used again": (
        "update card set state = 'awarded' where card_ref = :mistaken",
        {
            "card state, by journal",
            "people admitted, by cards",
            "places used, by cards",
            "cards withdrawn of an admission",
        },
    ),
    "a withdrawn card that is somebody's again": (
        "insert into person (card_ref, nik_digest, family_digest, card_number_digest, sealed)"
        " values (:mistaken, 'x', 'x', 'x', 'x')",
        {"holders of a withdrawn card", "holder of a card, or the entry that erased one"},
    ),
    "an application of somebody who was erased without an entry": (
        "update application set erased_position = applied_position where wave_id = :draw",
        {"person of an application erased, by journal"},
    ),
    "somebody who was erased without an entry": (
        "delete from person where card_ref = :card",
        {"holder of a card, or the entry that erased one"},
    ),
    "somebody who was erased, and is still kept": (
        "insert into withdrawn_person (card_ref, card_number_digest, sealed)"
        " values (:erased, 'x', 'x')",
        {
            "holder of a card, or the entry that erased one",
            "what is left of somebody who was erased",
        },
    ),
    "somebody who was erased, and could be admitted again": (
        "delete from suppressed_person",
        {"people erased, by journal"},
    ),
    "a holder of a card among those who were erased": (
        "insert into suppressed_person (nik_digest, family_digest, key_digest)"
        " select nik_digest, family_digest, 'x' from person where card_ref = :card",
        {"people erased, by journal", "holders of cards among the erased"},
    ),
    "a card in another admission": (
        "update card set admission_id = :admission where card_ref = :card",
        {"card admission, by journal", "cards of an admission"},
    ),
    "how many a file admitted": (
        "update admission_file set admitted = 1, refused = 1 where file_id = :file",
        {"admitted from a file, by its admissions"},
    ),
    "an admission of another file": (
        "update admission set file_id = :nobody where file_id = :file",
        {"admitted from a file, by its admissions"},
    ),
    "the hash of a secret": (
        "update draw set commitment = secret where wave_id = :draw",
        {"commitment of a draw, by journal"},
    ),
    "where an outside value was to come from": (
        "update draw set outside_source = 'dice' where wave_id = :draw",
        {"outside source of a draw, by journal"},
    ),
    "the root of a list": (
        "update draw set list_root = commitment where wave_id = :draw",
        {"list of a draw, by journal"},
    ),
    "how long a list is": (
        "update draw set size = size + 1, ended_at = null where wave_id = :draw",
        {"size of a draw's list, by applications"},
    ),
    "an outside value": (
        "update draw set outside_value = '8' where wave_id = :draw",
        {"outside value of a draw, by journal"},
    ),
    "the root of an order": (
        "update draw set order_root = commitment where wave_id = :draw",
        {"order of a draw, by journal"},
    ),
    "a secret": (
        "update draw set secret = commitment where wave_id = :draw",
        {"secret of a draw, by journal"},
    ),
    "a draw that goes no further": (
        "update draw set halted_at = '2026-11-01T00:00:00.000000Z' where wave_id = :draw",
        {"draw that stands still: list, order or people are not the published ones"},
    ),
    "where a secret was told": (
        "update draw set revealed_position = ordered_position where wave_id = :draw",
        {"secret of a draw, by journal"},
    ),
    "an application that nobody made": (
        "insert into application (application_id, wave_id, region, state, nik_digest, sealed, applied_at)"
        " values (:nobody, :draw, '17.71', 'applied', 'x', 'x', '2026-11-01T00:00:00.000000Z')",
        {
            "application made, by journal",
            "person of an application, by journal",
            "size of a draw's list, by applications",
        },
    ),
    "an application that points at another's entry": (
        "update application set applied_position = applied_position + 1 where state = 'refused'",
        {"application made, by journal", "entry of an application"},
    ),
    "an application that vanished": (
        "delete from application where state = 'withdrawn'",
        {"entry of an application"},
    ),
    "an application that took part after all": (
        "update application set state = 'refused', code = 'wave-closed', place = 9 where state = 'withdrawn'",
        {
            "size of a draw's list, by applications",
            "refused of a draw, by applications",
            "application state, by journal",
            "application place, by journal",
        },
    ),
    "who was drawn": (
        "update application set state = 'refused', code = 'age-outside-rules', card_ref = null"
        " where state = 'drawn'",
        {
            "drawn of a draw, by applications",
            "refused of a draw, by applications",
            "application state, by journal",
            "application card, by journal",
        },
    ),
    "why somebody was not drawn": (
        "update application set state = 'refused' where state = 'not-drawn'",
        {
            "refused of a draw, by applications",
            "not drawn of a draw, by applications",
            "application state, by journal",
        },
    ),
    "the place of somebody who was drawn": (
        "update application set place = place + 7 where state = 'drawn'",
        {"application place, by journal"},
    ),
    "the card of somebody who was drawn": (
        "update application set card_ref = :card where state = 'drawn'",
        {"application card, by journal"},
    ),
    "where an undo is told": (
        "update admission set undone_position = 1 where admission_id = :admission",
        {"admission undone, by journal"},
    ),
    "the balance in the entry of a withdrawal": (
        "update journal_entry set body = replace(body, '\"balance\"\\:0', '\"balance\"\\:1')"
        " where kind = 'card-withdrawn'",
        {"card balance, by journal", "balance in an entry, by the one before"},
    ),
    "a balance": (
        "update card set balance = balance + 1 where card_ref = :card",
        {"card balance, by movements", "card balance, by journal"},
    ),
    "a card's state": (
        "update card set state = 'between' where card_ref = :card",
        {"card state, by journal"},
    ),
    "a card's wave": (
        "update card set wave_id = :other_wave where card_ref = :card",
        {"card wave, by journal", "people admitted, by cards", "places used, by cards"},
    ),
    "the places used of a wave's quota": (
        "update quota set used = used - 1 where wave_id = :wave",
        {"places used, by cards"},
    ),
    "the places used of the programme's quota": (
        "update quota set used = used + 1 where wave_id is null and scheme = 'digital'",
        {"places used, by cards"},
    ),
    "the seats held": (
        "update training_class set held = held + 1, effective_seats = effective_seats + 1"
        " where class_id = :class",
        {"seats held, by enrolments", "seats held, by journal"},
    ),
    "the people admitted": (
        "update wave set admitted = admitted + 1 where wave_id = :wave",
        {"people admitted, by cards"},
    ),
    "an enrolment's state": (
        "update enrolment set state = 'confirmed' where enrolment_id = :enrolment",
        {"enrolment state, by journal"},
    ),
    "an enrolment's price": (
        "update enrolment set price = price - 1 where enrolment_id = :enrolment",
        {"enrolment price, by journal", "price in an entry, by its enrolment"},
    ),
    "consent that nobody gave": (
        "update enrolment set consent = true where enrolment_id = :enrolment",
        {"consent to an enrolment, by journal"},
    ),
    "an enrolment that vanished": (
        "delete from enrolment where enrolment_id = :enrolment",
        {
            "seats held, by enrolments",
            "entry of an enrolment",
            "price in an entry, by its enrolment",
        },
    ),
    "an enrolment of another card": (
        "update enrolment set card_ref = :bystander where enrolment_id = :enrolment",
        {
            "enrolment state, by journal",
            "enrolment price, by journal",
            "enrolment confirmed once",
            "entry of an enrolment",
            "price in an entry, by its enrolment",
        },
    ),
    "a training that was judged and then cancelled": (
        "insert into journal_entry select (select size from journal_head) + 1, recorded_at,"
        " 'enrolment-cancelled', actor, role, request_id, rule_version, class_id, provider_id, card_ref, region, body"
        " from journal_entry where kind = 'enrolment-no-show'",
        {
            "journal size",
            "seats held, by journal",
            "enrolment state, by journal",
            "ends of an enrolment, by journal",
            "movement recorded once",
            "balance in an entry, by the one before",
            "seats in an entry, by the one before",
        },
    ),
    "a result that evidence does not carry": (
        "update training_result set outcome = 'no_show' where enrolment_id = :completed",
        {"result of an enrolment, by results"},
    ),
    "a result that vanished": (
        "delete from training_result where enrolment_id = :missed",
        {"result of an enrolment, by results", "results of an enrolment, by journal"},
    ),
    "an enrolment completed without evidence": (
        "update enrolment set state = 'completed' where enrolment_id = :missed",
        {
            "enrolment state, by journal",
            "result of an enrolment, by results",
            "evidence of a completed enrolment",
        },
    ),
    "evidence of a completed enrolment that says the opposite": (
        "update evidence set present = not present where evidence_id = :evidence",
        {"evidence of a completed enrolment", "presence in evidence, by journal"},
    ),
    "evidence of another enrolment": (
        "update evidence set enrolment_id = :missed where evidence_id = :evidence",
        {"evidence of a completed enrolment", "enrolment of evidence, by journal"},
    ),
    "evidence of another meeting": (
        "update evidence set sequence = 2 where evidence_id = :evidence",
        {"evidence of a completed enrolment", "meeting of evidence, by journal"},
    ),
    "evidence that corrects something else": (
        "update evidence set corrects = :evidence where evidence_id = :correcting",
        {"correction of evidence, by journal"},
    ),
    "who recorded evidence": (
        "update evidence set actor = 'staff\\:budi' where evidence_id = :evidence",
        {"who recorded evidence, by journal"},
    ),
    "evidence that vanished": (
        "delete from evidence where evidence_id = :evidence",
        {"evidence of a completed enrolment", "entry of evidence"},
    ),
    "a review that vanished": (
        "delete from review where enrolment_id = :completed",
        {"review of an enrolment"},
    ),
    "an enrolment that was not reviewed": (
        "update enrolment set reviewed = not reviewed where enrolment_id = :completed",
        {
            "review of an enrolment",
            "review of an enrolment, by journal",
            "training that earned an incentive",
        },
    ),
    "an incentive's amount": (
        "update incentive set amount = amount + 1 where kind = 'completion'",
        {"incentive of a movement", "entry of an incentive"},
    ),
    "an incentive that was withdrawn in no entry": (
        "update incentive set withdrawn_at = due_since, withdrawal_id ="
        " (select movement_id from movement where cause = 'award' and card_ref = :card)"
        " where kind = 'completion'",
        {"incentive, by journal", "incentives of a card that earned them"},
    ),
    "an incentive by the training of another card": (
        "update incentive set enrolment_id = :enrolment where kind = 'completion'",
        {"training that earned an incentive", "entry of an incentive"},
    ),
    "an incentive that is told twice": (
        "insert into journal_entry select (select size from journal_head) + 1, recorded_at, kind, actor,"
        " role, request_id, rule_version, class_id, provider_id, card_ref, region, body"
        " from journal_entry where kind = 'incentive-due' and body like '%survey%'",
        {"journal size", "incentive due once", "movement recorded once"},
    ),
    "a survey that vanished": (
        "delete from survey",
        {
            "survey that earned an incentive",
            "surveys of a card, by journal",
            "entry of a survey",
        },
    ),
    "an answer in a survey": (
        "update survey set work = 'seeking'",
        {"entry of a survey"},
    ),
    "what came in on a day": (
        "update account_day set came_in = 7, closing = 7"
        " where account = 'card' and day = (select max(day) from account_day)",
        {"what came in on a day, by movements"},
    ),
    "what went out on a day": (
        "update account_day set went_out = 7, closing = -7"
        " where account = 'card' and day = (select max(day) from account_day)",
        {"what went out on a day, by movements"},
    ),
    "a day that does not go on from the one before": (
        "update account_day set opening = 7, closing = 7"
        " where account = 'card' and day = (select max(day) from account_day)",
        {"opening of a day, by the day before"},
    ),
    "a movement's amount": (
        "update movement set amount = amount - 1 where card_ref = :card and source = 'card'",
        {"card balance, by movements", "movement amount, by journal", "entry of a movement"},
    ),
    "a movement that vanished": (
        "delete from movement where card_ref = :card and source = 'card'",
        {"card balance, by movements", "entry of a movement"},
    ),
    "two movements that cancel each other out": (
        "insert into movement (movement_id, cause, source, target, amount, card_ref, moved_at) values"
        " (:new_movement, 'award', 'state', 'card', 5, :card, '2026-11-01T00:00:00.000000Z'),"
        " (:newer_movement, 'award', 'card', 'state', 5, :card, '2026-11-01T00:00:00.000000Z')",
        {"movement amount, by journal", "movement recorded once"},
    ),
    "an entry that vanished": (
        "delete from journal_entry where kind = 'enrolment-redeemed'",
        {"missing entry", "enrolment state, by journal"},
    ),
    "the last entry": (
        "delete from journal_entry where position = (select size from journal_head)",
        {"missing entry"},
    ),
    "an entry beyond the end": (
        "insert into journal_entry (position, recorded_at, kind, actor, role, request_id, body)"
        " values (999, '2026-11-01T00:00:00.000000Z', 'roster-read', 'x', 'operator', 'x', '{}')",
        {"journal size"},
    ),
    "an entry of an award, given to nobody": (
        "update journal_entry set card_ref = :nobody where kind = 'card-awarded' and card_ref = :bystander",
        {
            "card balance, by journal",
            "card state, by journal",
            "card wave, by journal",
            "card admission, by journal",
            "card awarded once",
            "movement amount, by journal",
            "movement recorded once",
            "entry of a card",
            "entry of a movement",
        },
    ),
    "the balance in an entry": (
        "update journal_entry set body = replace(body, '2800000', '2800001')"
        " where kind = 'enrolment-confirmed' and card_ref = :card",
        {"card balance, by journal", "balance in an entry, by the one before"},
    ),
    "a balance that a later entry passed over": (
        "update journal_entry set body = replace(body, '2800000', '2800001')"
        " where kind = 'enrolment-confirmed' and card_ref = :returned",
        {"balance in an entry, by the one before"},
    ),
    "the seats in an entry that a later one passed over": (
        "update journal_entry set body = replace(body, '\"held\"\\:2', '\"held\"\\:3')"
        " where kind = 'enrolment-confirmed' and card_ref = :returned",
        {"seats in an entry, by the one before"},
    ),
    "the price in an entry": (
        "update journal_entry set body = replace(body, '700000', '700001')"
        " where kind = 'enrolment-confirmed' and card_ref = :card",
        {
            "enrolment price, by journal",
            "movement amount, by journal",
            "entry of a movement",
            "price in an entry, by its enrolment",
            "balance in an entry, by the one before",
        },
    ),
    "the card's state in an entry": (
        "update journal_entry set body = replace(body, 'in_training', 'between')"
        " where kind = 'enrolment-confirmed' and card_ref = :card",
        {"card state, by journal"},
    ),
    "an entry that is told twice": (
        "insert into journal_entry select (select size from journal_head) + 1, recorded_at, kind, actor,"
        " role, request_id, rule_version, class_id, provider_id, card_ref, region, body"
        " from journal_entry where kind = 'enrolment-confirmed' and card_ref = :card",
        {
            "journal size",
            "enrolment state, by journal",
            "enrolment confirmed once",
            "movement recorded once",
            "balance in an entry, by the one before",
            "seats in an entry, by the one before",
        },
    ),
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_a_planted_difference_is_found_and_named(house: House, what: str) -> None:
    statement, found = TAMPERINGS[what]
    ids = lived_in(house)
    tamper(house, statement, ids)
    assert {difference["what"] for difference in house.differences()} == found


def test_every_kind_of_difference_was_planted_at_least_once() -> None:
    kinds = {pair.what for comparison in WALKED for pair in comparison.every_pair}
    planted = set().union(*(found for _, found in TAMPERINGS.values()))
    assert kinds - planted == {"oversold"}, "which needs a constraint taken away: see below"


def test_a_difference_says_what_each_side_has(house: House) -> None:
    ids = lived_in(house)
    tamper(house, "update card set balance = balance + 1 where card_ref = :card", ids)
    assert house.differences() == [
        {"what": what, "id": ids["card"], "table": 2_800_001, "entries": 2_800_000}
        for what in ("card balance, by movements", "card balance, by journal")
    ]


def test_a_class_that_was_oversold_is_found(house: House) -> None:
    ids = lived_in(house)
    oversell = "update training_class set held = effective_seats + 1 where class_id = :class"
    tamper(house, oversell, ids, without="class_never_oversold")
    found = {"what": "oversold", "id": ids["class"], "table": 2, "entries": 1}
    assert found in house.differences()


@pytest.mark.parametrize("body", ["", "{", '{"balance": "x"}'])
def test_an_entry_that_cannot_be_read_is_told_and_hides_nothing_else(
    house: House, body: str
) -> None:
    ids = lived_in(house)
    tamper(
        house, "update journal_entry set body = :body where card_ref = :bystander", ids, body=body
    )
    tamper(house, "update wave set admitted = 99 where wave_id = :wave", ids)
    differences = house.differences()
    assert differences[0]["what"] == "people admitted, by cards"
    assert len(differences) > 1
