"""Erasing people who wait in files and draws, also between being read and being judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from typing import TypeVar

import pytest
import sqlalchemy as sa

from chassis.identity import Principal
from chassis.problems import StateConflict
from chassis.throttle import Throttle
from chassis.transaction import Transactions
from services.enrolment.service import LOOKUPS_OF_ONE_CALLER
from services.enrolment.use_cases.programme.erase_holder import EraseHolder, erase_holder
from services.enrolment.use_cases.programme.find_traces import find_traces
from tests.chassis.problem_documents import code
from tests.services.enrolment import draws, files
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
    SUPPRESSED,
    erase,
    erased,
    left_of,
    places,
)
from tests.services.enrolment.files import admit_all, file_of, rows, sent
from tests.services.enrolment.house import (
    DAY,
    House,
    document,
    same_but_request_id,
    with_service,
)
from tests.services.enrolment.lived_in import undo_admission_of
from tests.services.enrolment.people import HeldCard

Result = TypeVar("Result")


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
    person = next(house.supply)
    ids = [applied(house, wave_id, person) for wave_id in (open_, listed)]
    [card] = house.award_to(person)
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


def test_an_application_of_who_was_erased_is_not_made_anew(house: House) -> None:
    """Nothing would be gained by it, and what was destroyed would be kept once more."""
    wave_id, person = open_draw(house), next(house.supply)
    application_id = applied(house, wave_id, person)
    [card] = house.award_to(person)
    erased(house, card)
    before = left_of(house, card)
    assert code(draws.apply(house, wave_id, person)) == (409, "nik-already-held")
    document(draws.withdraw(house, application_id))
    assert code(draws.apply(house, wave_id, person)) == (409, "nik-already-held")
    assert left_of(house, card) == before
    assert house.differences() == []


def test_who_was_erased_is_refused_an_application_as_whoever_holds_or_held_a_card(
    house: House,
) -> None:
    """Whether they applied before, too, makes no difference: of who was erased that is not known any more."""
    wave_id, gone, waits = open_draw(house), *islice(house.supply, 2)
    for person in (gone, waits):
        applied(house, wave_id, person)
    card, _ = house.award_to(gone, waits)
    erased(house, card)
    refused = [draws.apply(house, wave_id, person) for person in (gone, waits)]
    assert code(refused[0]) == (409, "nik-already-held")
    assert same_but_request_id(*refused)


def test_a_refusal_that_tells_of_a_card_is_recorded_and_counted_as_a_look_up(house: House) -> None:
    wave_id, card = open_draw(house), house.award()
    once = Throttle(replace(LOOKUPS_OF_ONE_CALLER, count=1))
    bounded = with_service(house, replace(house.service, lookups=once))
    assert code(draws.apply(bounded, wave_id, card.person)) == (409, "nik-already-held")
    entry = house.entries()[-1]
    assert (entry["kind"], entry["card_ref"]) == ("card-looked-up", card.card_ref)
    assert entry["body"] == {
        "by": "nik",
        "reason": "Application refused: nik-already-held",
        "shown": True,
    }
    assert code(draws.apply(bounded, wave_id, card.person)) == (429, "too-many-requests")


def test_who_never_rightly_held_a_card_may_apply(house: House) -> None:
    card = awarded_by_mistake(house)
    wave_id = open_draw(house)
    application_id = applied(house, wave_id, card.person)
    document(draws.withdraw(house, application_id))
    applied(house, wave_id, card.person)
    document(erase(house, card))
    assert left_of(house, card) == []
