"""Erasing a person: what is destroyed, what stays, and who has to be gone before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa

from chassis.identifiers import random_reference
from chassis.identity import Principal
from chassis.problems import StateConflict
from chassis.transaction import Transactions
from services.enrolment.storage.tables.programme import SUPPRESSED_PERSON
from services.enrolment.use_cases.programme.erase_holder import EraseHolder, erase_holder
from services.enrolment.use_cases.programme.find_traces import find_traces
from services.enrolment.worker import expire_due_cards
from tests.chassis.problem_documents import code, pointers, problem
from tests.planted import at_rest
from tests.services.enrolment import draws, exclusions, files
from tests.services.enrolment.draws import (
    applied,
    close_window,
    drawn,
    enter,
    go_on,
    looked_up,
    open_draw,
)
from tests.services.enrolment.erasing import (
    CASE,
    RINA,
    erase,
    erased,
    everything,
    left_of,
    revoke,
)
from tests.services.enrolment.files import admit_all, file_of, rows, sent
from tests.services.enrolment.house import DAY, House, document
from tests.services.enrolment.lived_in import undo_admission_of
from tests.services.enrolment.people import HeldCard
from tests.services.enrolment.teaching import taught

Result = TypeVar("Result")
SUPPRESSED = "suppressed_person.nik_digest"
OF_LISTS = {"listed_person.nik_digest", "exclusion_list.checked_to"}
"""Digests of an exclusion list, which is another office's: they name no card."""

SAID = "Instruktur Tetriwanda sabar sekali"
APPEAL = "Saya Umbu, ibu saya Magdalena Hunggu"


def places(left: list[tuple[str, str]]) -> set[str]:
    return {place for place, _ in left}


def suppressed(house: House) -> list[sa.Row[Any]]:
    with house.service.database.reading() as connection:
        return list(connection.execute(sa.select(SUPPRESSED_PERSON)))


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
    assert places(left_of(house, card, SAID, APPEAL)) - OF_LISTS == {SUPPRESSED}
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
    card = house.award()
    case_id = exclusions.case_about(house, card)
    run_out(house, card)
    assert "exclusion case" in problem(erase(house, card))["detail"]
    document(exclusions.decide(house, case_id, "dismissed"))
    document(erase(house, card))


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


def test_what_files_hold_of_a_person_goes_and_their_other_rows_stay(house: House) -> None:
    person, neighbour, later = islice(house.supply, 3)
    done = sent(house, file_of([person, neighbour]))
    admit_all(house)
    spaced = replace(person, nik=f"{person.nik[:6]} {person.nik[6:]}")
    wave_id = house.open_wave(opens_in=DAY, closes_in=2 * DAY)
    waiting = sent(house, file_of([later, person, spaced]), wave_id=wave_id)
    number = rows(house, done)[0]["card_number"]
    with house.service.database.reading() as connection:
        ref = str(house.service.stores.persons.card_ref_by_number(connection, number))
    card = HeldCard(person, number, ref)
    erased(house, card)
    assert places(left_of(house, card)) == {SUPPRESSED}
    told = rows(house, done)
    assert [row["code"] for row in told] == ["erased", None]
    assert told[0]["card_number"] is None
    assert told[1]["card_number"] is not None
    open_now(house, wave_id)
    admit_all(house)
    assert [row["code"] for row in rows(house, waiting)] == [
        None,
        "nik-already-held",
        "nik-already-held",
    ]
    assert house.differences() == []


class Meanwhile(Transactions):
    """Transactions, before the first of which something else is done."""

    def __init__(self, house: House, happening: Callable[[], object]) -> None:
        super().__init__(house.service.database, house.service.stores.answers)
        self._happenings = [happening]

    def run(self, work: Callable[[sa.Connection], Result], *, repeatable: bool = False) -> Result:
        while self._happenings:
            self._happenings.pop()()
        return super().run(work, repeatable=repeatable)


def awarded_by_mistake(house: House) -> HeldCard:
    """Award a card by mistake; its holder may be admitted again."""
    card = house.award()
    undo_admission_of(house, card)
    return card


def test_who_was_read_in_a_file_before_the_erasure_gets_no_card_after_it(house: House) -> None:
    card = awarded_by_mistake(house)
    file_id = sent(house, file_of([card.person]))
    meanwhile = Meanwhile(house, lambda: document(erase(house, card)))
    assert replace(files.work_of(house), transactions=meanwhile).admit_some() == 0
    assert left_of(house, card) == []
    admit_all(house)
    assert [row["code"] for row in rows(house, file_id)] == ["nik-already-held"]
    assert house.differences() == []


def test_who_was_read_in_a_draw_before_the_erasure_gets_no_card_after_it(house: House) -> None:
    card = awarded_by_mistake(house)
    application_id = applied(house, wave_id := open_draw(house), card.person)
    close_window(house, wave_id)
    go_on(house)
    document(enter(house, wave_id))
    while draws.shown(house, wave_id)["state"] != "revealed":
        draws.work_of(house).go_on()
    meanwhile = Meanwhile(house, lambda: document(erase(house, card)))
    assert replace(draws.work_of(house), transactions=meanwhile).go_on() == 0
    assert left_of(house, card) == []
    go_on(house)
    assert looked_up(house, application_id)["code"] == "nik-already-held"
    assert house.differences() == []


def test_who_was_awarded_another_card_meanwhile_is_not_erased_in_part(house: House) -> None:
    card, service = awarded_by_mistake(house), house.service
    traces = find_traces(None, card.card_ref, stores=service.stores)
    document(house.admit([card.person.row()]))
    before = house.tables()
    caller = Principal(RINA, "operator", None, None, None, expires_at=0)
    command = EraseHolder(
        None, card.card_ref, CASE["reason"], CASE["case_number"], caller, "request-1"
    )
    with pytest.raises(StateConflict, match="another card"):
        service.transactions.run(
            lambda connection: erase_holder(connection, command, traces, stores=service.stores)
        )
    assert house.tables() == before


def open_now(house: House, wave_id: str) -> None:
    with house.as_owner() as connection:
        earlier = {"instant": "2026-01-01T00:00:00.000000Z", "wave": wave_id}
        statement = "update wave set opens_at = :instant where wave_id = :wave"
        connection.execute(sa.text(statement), earlier)


def test_applications_of_the_erased_stay_in_their_draws_and_are_refused(house: House) -> None:
    open_, listed = open_draw(house), open_draw(house)
    card = house.award()
    ids = [applied(house, wave_id, card.person) for wave_id in (open_, listed)]
    bystander = applied(house, listed, next(house.supply))
    close_window(house, listed)
    go_on(house)
    erased(house, card)
    assert places(left_of(house, card)) == {SUPPRESSED}
    told = [entry for entry in house.entries() if entry["kind"] == "application-erased"]
    assert {entry["body"]["application_id"] for entry in told} == {*ids}
    assert {entry["card_ref"] for entry in told} == {None}
    document(enter(house, listed))
    go_on(house)
    drawn(house, open_)
    for application_id in ids:
        shown = looked_up(house, application_id)
        assert (shown["state"], shown["code"]) == ("refused", "nik-already-held")
    assert looked_up(house, bystander)["state"] == "drawn"
    assert house.differences() == []


def test_a_roster_shows_the_enrolment_of_the_erased_without_a_name(house: House) -> None:
    of = taught(house, 2)
    of.came()
    of.came(1)
    document(of.judge_all())
    erased(house, of.cards[0])
    path = f"/classes/{of.class_id}/roster?reason=Pengawasan"
    names = [line["name"] for line in document(house.get(path, "operator"))["items"]]
    assert names == [None, of.cards[1].person.name]


def test_nothing_more_is_kept_of_what_the_erased_say(house: House) -> None:
    of = taught(house)
    of.came()
    document(of.judge())
    erased(house, of.cards[0])
    assert code(of.review(text=SAID)) == (409, "state-conflict")
    assert left_of(house, of.cards[0], SAID)[1:] == []


def test_nobody_waits_for_a_review_of_the_erased(house: House) -> None:
    of = taught(house)
    of.came()
    document(of.judge())
    run_out(house, of.cards[0])
    path = f"/enrolments/{of.enrolments[0]}/timeline"
    assert document(house.get(path, "operator"))["next"]["action"] == "review"
    document(erase(house, of.cards[0]))
    told = document(house.get(path, "operator"))
    assert (told["next"], told["incentive"]) == (None, None)


def test_who_was_erased_answers_no_survey_and_is_owed_nothing_more(house: House) -> None:
    of = taught(house).completed()
    run_out(house, of.cards[0])
    document(erase(house, of.cards[0]))
    before = house.tables()
    assert code(of.survey()) == (409, "state-conflict")
    assert house.tables() == before
    [incentive] = of.card()["incentives"]
    assert (incentive["incentive"], incentive["status"]) == ("completion", "due")
    assert house.differences() == []


def test_neither_order_nor_reference_ties_the_list_to_the_journal(house: House) -> None:
    cards = house.award_many(6)
    for card in cards:
        erased(house, card)
    listed = suppressed(house)
    assert set(listed[0]._mapping) == {"nik_digest", "family_digest", "key_digest"}
    if house.service.database.dialect == "postgresql":
        with house.service.database.reading() as connection:
            query = sa.text(
                "select xmin::text as wrote, nik_digest from suppressed_person order by ctid"
            )
            rows_ = connection.execute(query).all()
        assert len({row.wrote for row in rows_}) == 1
        digests = [row.nik_digest for row in rows_]
        assert digests == sorted(digests)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_in_a_file_what_was_erased_is_overwritten(house: House) -> None:
    """On PostgreSQL it is until the table is vacuumed."""
    card, kept = house.award_many(2)
    digests = house.service.stores.persons.fingerprints
    numbers = [digests.card_number(each.card_number) for each in (card, kept)]
    assert all(number in file_of_database(house) for number in numbers)
    erased(house, card)
    assert [number in file_of_database(house) for number in numbers] == [False, True]


def file_of_database(house: House) -> str:
    """Return the file with everything in it, its log emptied into it."""
    engine = house.service.database.engine
    with engine.connect() as plain:
        plain.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return at_rest(house.places.owner)


def test_the_database_keeps_a_person_and_the_erased_apart(house: House) -> None:
    gone, kept = house.award_many(2)
    erased(house, gone)
    digests = house.service.stores.persons.fingerprints
    columns = "(nik_digest, family_digest, key_digest)"
    insert = f"insert into suppressed_person {columns} values (:nik, 'x', 'x')"  # noqa: S608
    moved = "update person set nik_digest = nik_digest where nik_digest = :nik"
    values = {"nik": digests.nik(kept.person.nik)}
    with pytest.raises(sa.exc.IntegrityError), house.as_owner() as connection:
        connection.execute(sa.text(insert), values)
    with house.as_owner() as connection:
        assert connection.execute(sa.text(moved), values).rowcount == 1


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


def run_out(house: House, card: HeldCard) -> None:
    """Let the time of a card have run out, and the worker note it."""
    past(house, card)
    expire_due_cards(house.service.stores, house.service.transactions)


def past(house: House, card: HeldCard) -> None:
    """Let the time of a card have run out."""
    values = {"past": "2026-01-01T00:00:00.000000Z", "ref": card.card_ref}
    with house.as_owner() as connection:
        connection.execute(
            sa.text("update card set deadline = :past where card_ref = :ref"), values
        )


def test_a_card_whose_time_ran_out_is_erased_once_that_is_noted(house: House) -> None:
    card = house.award()
    past(house, card)
    assert problem(erase(house, card))["state"] == "awarded"
    run_out(house, card)
    document(erase(house, card))
