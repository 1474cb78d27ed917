"""The question every audit ends with: nothing where all is well, and each planted difference where it is not."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
import sqlalchemy as sa

from chassis.identifiers import new_id, random_reference
from chassis.pagination import Place, find_place, listing_of
from services.enrolment.queries.consistency import FROM_THE_START, check_consistency, is_stage
from services.enrolment.queries.consistency.check import WALKED
from tests.chassis.problem_documents import code, pointers
from tests.services.enrolment.house import House, document
from tests.services.enrolment.people import HeldCard


def lived_in(house: House) -> dict[str, str]:
    """Let a little of everything happen, and return ids by what they stand for."""
    full, other = house.put_class(declared_seats=2), house.put_class()
    cards = house.award_many(4)
    taken = [house.enrolled(card, full) for card in cards[:2]]
    house.enrol(cards[2], full)
    taken_elsewhere = house.enrolled(cards[3], other)
    house.redeem(taken[0]["id"], taken[0]["redeem_code"], "holder", card=cards[0].card_ref)
    house.cancel(taken[1]["id"], "operator")
    house.get(f"/classes/{full}/roster?reason=Pengawasan", "operator")
    house.look_up("operator", card_number=cards[0].card_number)
    house.put_class(full, declared_seats=1)
    [mistaken] = house.award_many(1)
    undone = undo_admission_of(house, mistaken)
    correction = corrected(house, cards[3])
    suspended = suspend_provider_of(house, taken_elsewhere["class"]["id"])
    return {
        "mistaken": mistaken.card_ref,
        "admission": undone,
        "correction": correction,
        "suspended": suspended,
        "card": cards[0].card_ref,
        "returned": cards[1].card_ref,
        "bystander": cards[2].card_ref,
        "class": full,
        "enrolment": taken[0]["id"],
        "wave": house.wave_id,
        "other_wave": house.open_wave(),
        "nobody": random_reference(),
        "new_movement": new_id(),
        "newer_movement": new_id(),
    }


def undo_admission_of(house: House, card: HeldCard) -> str:
    """Undo the admission in which a card was awarded."""
    admission_id = str(document(house.get("/admissions", "operator"))["items"][0]["id"])
    path = f"/admissions/{admission_id}/undo"
    seen = document(house.get(path, "operator"))
    assert seen["withdrawn"]["card_refs"] == [card.card_ref]
    body = {"reason": "Salah berkas", "preview": seen["preview"]}
    document(house.post(path, body, "operator"))
    return admission_id


def corrected(house: House, card: HeldCard) -> str:
    """Correct a card's money; return the correction's id."""
    body = {"card_ref": card.card_ref, "amount": -9_000, "reason": "Salah", "case_number": "7"}
    made = document(house.post("/corrections", body, "operator", subject="operator:rina"), 201)
    document(house.post(f"/corrections/{made['id']}/approval", {}, "operator"))
    return str(made["id"])


def suspend_provider_of(house: House, class_id: str) -> str:
    """Suspend the provider of a class, and return its id."""
    with house.service.database.reading() as connection:
        known = house.service.stores.classes.read(connection, class_id)
    assert known is not None
    house.suspend(known.provider_id)
    return known.provider_id


def test_tables_and_entries_agree_after_a_little_of_everything(house: House) -> None:
    lived_in(house)
    report = document(house.get("/consistency", "operator"))
    assert report == {
        "checked": {
            "waves": 2,
            "admissions": 2,
            "classes": 2,
            "suspensions": 1,
            "cards": 5,
            "enrolments": 3,
            "movements": 11,
            "corrections": 1,
            "journal_entries": len(house.entries()),
        },
        "differences": [],
        "truncated": False,
        "next_cursor": None,
    }


def test_free_classes_move_no_money_and_agree(house: House) -> None:
    one, other = house.award_many(2)
    free = house.put_class(price=0)
    house.enrolled(one, free, price=0)
    house.cancel(house.enrolled(other, free, price=0)["id"], "operator")
    assert house.differences() == []


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
    "a withdrawn card that can be used again": (
        "update card set state = 'awarded' where card_ref = :mistaken",
        {
            "card state, by journal",
            "people admitted, by cards",
            "cards withdrawn of an admission",
        },
    ),
    "a withdrawn card that is somebody's again": (
        "insert into person (card_ref, nik_digest, family_digest, card_number_digest, sealed)"
        " values (:mistaken, 'x', 'x', 'x', 'x')",
        {"holders of a withdrawn card"},
    ),
    "a card in another admission": (
        "update card set admission_id = :admission where card_ref = :card",
        {"card admission, by journal", "cards of an admission"},
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
        {"card wave, by journal", "people admitted, by cards"},
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
    kinds = {pair.what for comparison in WALKED for pair in comparison.pairs}
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
    tamper(house, "update wave set admitted = 9 where wave_id = :wave", ids)
    differences = house.differences()
    assert differences[0]["what"] == "people admitted, by cards"
    assert len(differences) > 1


def test_a_walk_stops_after_a_hundred_differences_and_goes_on_where_it_stopped(
    house: House,
) -> None:
    cards = {card.card_ref for card in house.award_many(120)}
    tamper(house, "update card set balance = 1", {})
    told: list[tuple[str, str]] = []
    where: str | None = ""
    rounds = 0
    while where is not None:
        report = document(house.get(f"/consistency{where}", "auditor"))
        assert len(report["differences"]) <= 100
        assert report["truncated"] is (report["next_cursor"] is not None)
        told += [(found["what"], found["id"]) for found in report["differences"]]
        cursor, rounds = report["next_cursor"], rounds + 1
        where = f"?cursor={cursor}" if cursor else None
    kinds = ("card balance, by movements", "card balance, by journal")
    assert sorted(told) == sorted((kind, card) for kind in kinds for card in cards)
    assert rounds == 3


def test_a_walk_that_takes_too_long_stops_and_goes_on_where_it_stopped(house: House) -> None:
    lived_in(house)
    whole = document(house.get("/consistency", "auditor"))["checked"]
    service, ticks = house.service, count()
    checked: Counter[str] = Counter()
    place, rounds = FROM_THE_START, 0
    while True:
        report = check_consistency(
            service.database,
            service.journal,
            place=place,
            seconds=1.0,
            clock=lambda: float(next(ticks)),
        )
        checked.update(report["checked"])
        if not report["truncated"]:
            break
        place = find_place(report["next_cursor"], listing=place.listing, is_key=is_stage)
        rounds += 1
    assert checked == whole
    assert rounds == len(whole) + 1, "each of the two waves is a step, and so is each other kind"


@pytest.mark.parametrize(
    "stage", ["cards", "cards x", "people 1", "journal_entries -1", "", "cards "]
)
def test_a_cursor_that_no_walk_made_is_refused(shared_house: House, stage: str) -> None:
    cursor = Place(listing_of("ConsistencyQuery", {}), None).cursor(stage)
    answer = shared_house.get(f"/consistency?cursor={cursor}", "auditor")
    assert code(answer) == (422, "validation-failed")
    assert pointers(answer) == ["/cursor"]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [("cursor=", "/cursor"), ("cursor=a&cursor=b", "/cursor"), ("limit=5", "/limit")],
)
def test_a_question_that_is_not_understood_is_refused_by_name(
    shared_house: House, query: str, pointer: str
) -> None:
    answer = shared_house.get(f"/consistency?{query}", "auditor")
    assert code(answer) == (422, "validation-failed")
    assert pointers(answer) == [pointer]


def test_a_walk_beside_writers_finds_nothing(house: House) -> None:
    """Seats are taken and given back all the time; every range is compared as it stands at one moment."""
    cards, class_id = house.award_many(8), house.put_class(declared_seats=6)
    stop = threading.Event()

    def come_and_go(card: HeldCard) -> None:
        while not stop.is_set():
            answer = house.enrol(card, class_id)
            if answer.status_code == 201:
                house.cancel(answer.get_json()["id"], "operator")

    with ThreadPoolExecutor(len(cards)) as pool:
        busy = [pool.submit(come_and_go, card) for card in cards]
        try:
            found = [house.differences() for _ in range(8)]
        finally:
            stop.set()
        for writer in busy:
            writer.result()
    assert found == [[]] * 8
    assert document(house.get("/consistency", "auditor"))["checked"]["enrolments"] > 8


def tamper(
    house: House,
    statement: str,
    ids: Mapping[str, str],
    *,
    without: str | None = None,
    **parameters: str,
) -> None:
    """Do as the owner what the application cannot: with triggers gone, and one constraint too."""
    with house.as_owner() as connection:
        if connection.dialect.name == "sqlite":
            names = connection.execute(
                sa.text("select name from sqlite_master where type = 'trigger'")
            ).scalars()
            for name in list(names):
                connection.execute(sa.text(f"drop trigger {name}"))
            if without:
                connection.execute(sa.text("pragma ignore_check_constraints = on"))
        else:
            for table in ("movement", "journal_entry"):
                connection.execute(sa.text(f"alter table {table} disable trigger user"))
            if without:
                connection.execute(sa.text(f"alter table training_class drop constraint {without}"))
        text = sa.text(statement)
        given = {**ids, **parameters}
        connection.execute(text, {name: given[name] for name in text.compile().params})
