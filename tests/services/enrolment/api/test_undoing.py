"""Undoing an admission within a day, as it was previewed."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from chassis.identifiers import new_id
from chassis.journal import MOST_AT_ONCE
from services.enrolment.storage.tables.exclusions import EXCLUSION_CASE
from services.enrolment.storage.tables.programme import ADMISSION, PERSON
from tests.chassis.problem_documents import code, pointers, problem
from tests.services.enrolment import exclusions
from tests.services.enrolment.api.test_corrections import decide, propose
from tests.services.enrolment.house import FRESH, House, document
from tests.services.enrolment.people import HeldCard

BENEFIT = 3_500_000
REASON = "Berkas yang salah diunggah"


def admission_of(house: House, cards: list[HeldCard]) -> str:
    """Return by what id the cards were admitted."""
    told = {
        e["body"]["admission_id"] for e in house.entries() if e["card_ref"] == cards[0].card_ref
    }
    (admission_id,) = told
    return str(admission_id)


def admitted(house: House, count: int) -> tuple[str, list[HeldCard]]:
    cards = house.award_many(count)
    return admission_of(house, cards), sorted(cards, key=lambda card: card.card_ref)


def preview(house: House, admission_id: str) -> dict[str, Any]:
    shown: dict[str, Any] = document(house.get(f"/admissions/{admission_id}/undo", "operator"))
    return shown


def undo(
    house: House, admission_id: str, seen: str | None = None, *, key: str = FRESH
) -> TestResponse:
    body = {"reason": REASON, "preview": seen or preview(house, admission_id)["preview"]}
    path = f"/admissions/{admission_id}/undo"
    return house.post(path, body, "operator", key=key, subject="operator:rina")


def let_a_day_pass(house: House, admission_id: str) -> None:
    with house.service.database.writing() as connection:
        earlier = connection.execute(
            sa.select(ADMISSION.c.admitted_at).where(ADMISSION.c.admission_id == admission_id)
        ).scalar_one() - timedelta(days=1)
        connection.execute(
            sa.update(ADMISSION)
            .where(ADMISSION.c.admission_id == admission_id)
            .values(admitted_at=earlier)
        )
        connection.commit()


def test_an_undo_withdraws_unused_cards_and_returns_their_money(house: House) -> None:
    admission_id, cards = admitted(house, 3)
    shown = preview(house, admission_id)
    assert shown["may_be_undone"] is True
    assert shown["withdrawn"] == {
        "count": 3,
        "amount": 3 * BENEFIT,
        "card_refs": [card.card_ref for card in cards],
    }
    assert shown["kept"] == []
    before = house.tables()
    preview(house, admission_id)
    assert house.tables() == before
    done = document(undo(house, admission_id, shown["preview"]))
    assert done == {name: shown[name] for name in ("admission_id", "withdrawn", "kept")}
    for card in cards:
        mine = document(house.get("/cards/me", "holder", card=card.card_ref))
        assert (mine["status"], mine["balance"], mine["deadline"]) == ("withdrawn", 0, None)
        items = document(house.get("/cards/me/statement", "holder", card=card.card_ref))["items"]
        assert [(m["cause"], m["to"], m["amount"]) for m in items] == [
            ("award", "card", BENEFIT),
            ("withdrawal", "state", BENEFIT),
        ]
    assert document(house.get(f"/waves/{house.wave_id}"))["admitted"] == 0
    assert house.differences() == []


def test_cards_that_were_used_stay_and_it_is_said_why(house: House) -> None:
    admission_id, cards = admitted(house, 5)
    class_id, free = house.put_class(), house.put_class(price=0)
    house.enrolled(cards[0], class_id)
    house.cancel(house.enrolled(cards[1], class_id)["id"], "operator")
    house.cancel(house.enrolled(cards[2], free, price=0)["id"], "operator")
    decide(house, propose(house, cards[3])["id"], "approval")
    done = document(undo(house, admission_id))
    assert done["kept"] == [
        {"card_ref": card.card_ref, "code": why}
        for card, why in zip(cards, [*["enrolment-exists"] * 3, "money-moved"], strict=False)
    ]
    assert done["withdrawn"]["card_refs"] == [cards[4].card_ref]
    assert document(house.get(f"/waves/{house.wave_id}"))["admitted"] == 4
    house.enrolled(cards[1], class_id)
    assert house.differences() == []


def test_a_withdrawn_card_buys_nothing_and_is_still_found_by_its_number(house: House) -> None:
    admission_id, [card] = admitted(house, 1)
    undo(house, admission_id)
    refused = house.enrol(card, house.put_class())
    assert code(refused) == (409, "card-not-usable")
    assert problem(refused)["card_state"] == "withdrawn"
    assert "by mistake" in problem(refused)["detail"]
    found = document(house.look_up("operator", card_number=card.card_number))
    assert (found["status"], found["name"]) == ("withdrawn", card.person.name)
    assert code(house.look_up("operator", nik=card.person.nik)) == (404, "card-not-found")


def test_the_same_person_may_be_admitted_again_once_the_card_is_withdrawn(house: House) -> None:
    admission_id, [card] = admitted(house, 1)
    [refused] = document(house.admit([card.person.row()]))["refused"]
    assert refused["code"] == "nik-already-held"
    undo(house, admission_id)
    again = document(house.admit([card.person.row()]))
    assert len(again["admitted"]) == 1
    found = document(house.look_up("operator", nik=card.person.nik))
    assert found["status"] == "awarded"
    assert found["card_ref"] != card.card_ref
    [refused] = document(house.admit([card.person.row()]))["refused"]
    assert refused["code"] == "nik-already-held"
    assert house.differences() == []


def test_no_nik_and_no_family_card_of_a_withdrawn_card_is_kept_to_be_compared(house: House) -> None:
    admission_id, _ = admitted(house, 2)
    undo(house, admission_id)
    with house.service.database.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(PERSON)).scalar_one() == 0
    kept = house.tables()["withdrawn_person"]
    assert len(kept) == 2
    assert len(kept[0]) == len(("card_ref", "card_number_digest", "sealed"))


def test_what_changed_since_the_preview_stops_the_undo(house: House) -> None:
    admission_id, cards = admitted(house, 2)
    seen = preview(house, admission_id)["preview"]
    house.enrolled(cards[0], house.put_class())
    before = house.tables()
    refused = undo(house, admission_id, seen)
    assert code(refused) == (409, "preview-outdated")
    assert "again" in problem(refused)["detail"]
    assert house.tables() == before
    assert code(undo(house, admission_id, "0" * 64)) == (409, "preview-outdated")
    assert document(undo(house, admission_id))["withdrawn"]["count"] == 1


def test_an_undo_happens_once(house: House) -> None:
    admission_id, _ = admitted(house, 2)
    seen = preview(house, admission_id)["preview"]
    first = undo(house, admission_id, seen, key="the-same-key")
    assert undo(house, admission_id, seen, key="the-same-key").data == first.data
    again = undo(house, admission_id, seen)
    assert code(again) == (409, "state-conflict")
    assert problem(again)["state"] == "undone"
    assert preview(house, admission_id)["may_be_undone"] is False
    kinds = Counter(entry["kind"] for entry in house.entries())
    assert (kinds["card-withdrawn"], kinds["admission-undone"]) == (2, 1)


def test_after_a_day_the_cards_stay(house: House) -> None:
    admission_id, _ = admitted(house, 1)
    let_a_day_pass(house, admission_id)
    shown = preview(house, admission_id)
    assert (shown["may_be_undone"], shown["withdrawn"]["count"]) == (False, 1)
    refused = undo(house, admission_id)
    assert code(refused) == (409, "undo-too-late")
    assert problem(refused)["until"] == shown["until"]


def test_an_admission_none_of_whose_cards_is_unused_is_not_undone(house: House) -> None:
    admission_id, [card] = admitted(house, 1)
    house.enrolled(card, house.put_class())
    refused = undo(house, admission_id)
    assert code(refused) == (409, "state-conflict")
    assert problem(refused)["state"] == "used"


def test_the_journal_tells_of_each_card_and_of_the_whole(house: House) -> None:
    admission_id, cards = admitted(house, 2)
    done = document(undo(house, admission_id))
    *each, whole = house.entries()[-3:]
    assert [entry["kind"] for entry in each] == ["card-withdrawn"] * 2
    assert {entry["card_ref"] for entry in each} == {card.card_ref for card in cards}
    assert {entry["body"]["card_state"] for entry in each} == {"withdrawn"}
    assert (whole["kind"], whole["actor"]) == ("admission-undone", "operator:rina")
    assert whole["body"]["reason"] == REASON
    assert (whole["body"]["withdrawn"], whole["body"]["amount"]) == (2, done["withdrawn"]["amount"])


def test_exclusion_cases_lapse_with_the_cards_that_are_withdrawn(house: House) -> None:
    admission_id, cards = admitted(house, 4)
    exclusions.hit(house, *cards)
    _, barred, appealed, used = cards
    by_card = {case["card_ref"]: case["id"] for case in exclusions.cases(house)}
    for card in (barred, appealed):
        document(exclusions.decide(house, by_card[card.card_ref], "upheld"))
    document(exclusions.appeal(house, by_card[appealed.card_ref], appealed))
    house.enrolled(used, house.put_class())
    exclusions.let_time_pass(house, EXCLUSION_CASE.c.due_at)
    assert len(exclusions.cases(house, overdue="true")) == 4
    document(undo(house, admission_id))

    told = {case["card_ref"]: case for case in exclusions.cases(house)}
    assert told.pop(used.card_ref)["status"] == "open"
    for case in told.values():
        assert (case["status"], case["card_status"]) == ("lapsed", "withdrawn")
        assert (case["due_at"], case["overdue"]) == (None, False)
        assert (case["ended"]["by"], case["ended"]["reason"]) == ("operator:rina", REASON)
        mine = exclusions.own_case(house, next(c for c in cards if c.card_ref == case["card_ref"]))
        assert (mine["status"], mine["reason"]) == ("lapsed", REASON)
    lapsed = house.entries()[-3:]
    assert {entry["kind"] for entry in lapsed} == {"exclusion-case-lapsed"}
    for entry in lapsed:
        said = {name: entry["body"][name] for name in ("admission_id", "reason", "card_state")}
        assert said == {"admission_id": admission_id, "reason": REASON, "card_state": "withdrawn"}
        assert entry["rule_version"] is not None
    assert problem(exclusions.decide(house, by_card[barred.card_ref], "dismissed"))["state"] == (
        "lapsed"
    )
    assert house.differences() == []
    named = {"card_ref": barred.card_ref, "case_number": "PDP-1", "reason": "Permintaan"}
    document(house.post("/cards/erasure", named, "operator"))


def test_more_cases_lapse_than_the_journal_takes_entries_at_once(house: House) -> None:
    admission_id, cards = admitted(house, MOST_AT_ONCE // 2 + 1)
    for group in ("civil-servant", "student"):
        exclusions.hit(house, *cards, group=group)
    document(undo(house, admission_id))
    assert exclusions.cases(house, status="open") == []
    assert house.differences() == []


def test_an_admission_of_a_thousand_is_undone_in_one_transaction(house: House) -> None:
    admission_id, _ = admitted(house, 1_000)
    assert document(undo(house, admission_id))["withdrawn"]["count"] == 1_000
    assert house.differences() == []


def test_admissions_are_listed_newest_first_with_what_became_of_them(house: House) -> None:
    first, _ = admitted(house, 2)
    second, _ = admitted(house, 1)
    undo(house, first)
    listed = document(house.get("/admissions", "auditor"))["items"]
    assert [each["id"] for each in listed] == [second, first]
    assert (listed[0]["cards"], listed[0]["undone"], listed[0]["may_be_undone"]) == (1, None, True)
    assert listed[1]["undone"] | {"at": ""} == {
        "at": "",
        "by": "operator:rina",
        "reason": REASON,
        "withdrawn": 2,
    }
    assert document(house.get(f"/admissions/{first}", "operator")) == listed[1]
    narrowed = document(house.get(f"/admissions?wave_id={house.wave_id}", "operator"))
    assert narrowed["items"] == listed
    other = document(house.get(f"/admissions?wave_id={new_id()}", "operator"))
    assert other["items"] == []


def test_where_nobody_was_admitted_there_is_nothing_to_undo(house: House) -> None:
    card = house.award()
    answer = document(house.admit([card.person.row()]))
    assert (answer["admission_id"], answer["admitted"]) == (None, [])
    assert len(document(house.get("/admissions", "operator"))["items"]) == 1


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"preview": "x"}, "/preview"),
        ({"preview": None}, "/preview"),
        ({"reason": ""}, "/reason"),
        ({"cards": []}, "/cards"),
    ],
)
def test_an_undo_that_cannot_be_read_is_refused_by_the_field(
    shared_house: House, changes: dict[str, Any], pointer: str
) -> None:
    body = {"reason": REASON, "preview": "0" * 64, **changes}
    answer = shared_house.post(f"/admissions/{new_id()}/undo", body, "operator")
    assert code(answer) == (422, "validation-failed")
    assert pointers(answer) == [pointer]


def test_an_undo_against_enrolments_of_the_same_cards_leaves_each_card_to_one_of_them(
    house: House,
) -> None:
    """Whoever holds the card first: either its holder is in a class, or it is withdrawn, never both."""
    admission_id, cards = admitted(house, 12)
    class_id = house.put_class(declared_seats=20)
    start = threading.Barrier(len(cards) + 1)

    def enrol(card: HeldCard) -> str:
        start.wait()
        answer = house.enrol(card, class_id)
        return "enrolled" if answer.status_code == 201 else code(answer)[1]

    def take_back() -> None:
        start.wait()
        while (answer := undo(house, admission_id)).status_code != 200:
            assert code(answer)[1] in ("preview-outdated", "state-conflict")
            if code(answer)[1] == "state-conflict":
                return

    with ThreadPoolExecutor(len(cards) + 1) as pool:
        taking = pool.submit(take_back)
        outcomes = Counter(pool.map(enrol, cards))
        taking.result()
    assert outcomes.keys() <= {"enrolled", "card-not-usable"}
    left = document(house.get(f"/waves/{house.wave_id}"))["admitted"]
    assert left == outcomes["enrolled"]
    assert house.differences() == []


@pytest.mark.parametrize("spoiling", [{"withdrawn": 1}, {"undone_by": "x"}, {"cards": -1}])
def test_the_database_refuses_half_an_undo(house: House, spoiling: dict[str, Any]) -> None:
    admitted(house, 1)
    with house.service.database.writing() as connection, pytest.raises(sa.exc.IntegrityError):
        connection.execute(sa.update(ADMISSION).values(**spoiling))


def test_the_database_keeps_no_money_on_a_withdrawn_card(house: House) -> None:
    house.award()
    with house.service.database.writing() as connection, pytest.raises(sa.exc.IntegrityError):
        connection.execute(sa.text("update card set state = 'withdrawn'"))
