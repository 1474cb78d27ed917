"""Recording attendance: each item by itself, nothing twice, nothing edited."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from chassis.clock import utc_now, write_instant
from chassis.identifiers import new_id
from services.enrolment.storage.tables.learning import EVIDENCE
from tests.chassis.problem_documents import code, pointers
from tests.services.enrolment.house import DAY, House, document
from tests.services.enrolment.teaching import FINAL_TEST, HOUR, taught


def outcomes(answer: Any) -> dict[str, list[Any]]:
    """Return what became of the items: indexes, and codes where there are some."""
    told = document(answer)
    return {
        name: [(row["index"], row["code"]) if "code" in row else row["index"] for row in rows]
        for name, rows in told.items()
        if rows
    }


def test_each_item_is_kept_repeated_in_conflict_or_refused_by_itself(house: House) -> None:
    of, other = taught(house, 2, meetings=2), taught(house)
    first = of.item(0)
    items = [
        first,
        of.item(1, 2, source="webinar-log"),
        first,
        {**first, "present": False},
        of.item(0, 3),
        of.item(0, enrolment_id=other.enrolments[0]),
        of.item(0, enrolment_id=new_id()),
        {"sequence": 1},
        None,
        of.item(0, FINAL_TEST, source="final-test", score=17),
    ]
    assert outcomes(of.record(*items)) == {
        "accepted": [0, 1, 9],
        "duplicates": [2],
        "conflicts": [(3, "evidence-conflict")],
        "refused": [
            (4, "no-such-meeting"),
            (5, "not-found"),
            (6, "not-found"),
            (7, "validation-failed"),
            (8, "validation-failed"),
        ],
    }
    assert house.differences() == []


def test_what_is_sent_again_changes_nothing_whoever_of_the_provider_sends_it(house: House) -> None:
    of = taught(house)
    items = [of.item(), of.item(0, FINAL_TEST)]
    assert outcomes(of.record(*items)) == {"accepted": [0, 1]}
    before = {name: rows for name, rows in house.tables().items() if name != "stored_answer"}
    assert outcomes(of.record(*items, subject="staff:lain")) == {"duplicates": [0, 1]}
    after = {name: rows for name, rows in house.tables().items() if name != "stored_answer"}
    assert after == before


def test_an_entry_tells_each_piece_of_evidence_with_its_sender_and_no_name(house: House) -> None:
    of = taught(house)
    seen = write_instant(utc_now())
    item = of.item(device_time=seen, source="qr-code")
    [accepted] = document(of.record(item, subject="staff:ani"))["accepted"]
    entry = house.entries()[-1]
    assert (entry["position"], entry["kind"]) == (accepted["position"], "attendance-recorded")
    assert (entry["actor"], entry["role"]) == ("staff:ani", "provider")
    assert entry["card_ref"] == of.cards[0].card_ref
    assert entry["body"] == {
        "counts": True,
        "enrolment_id": of.enrolments[0],
        "evidence_id": item["evidence_id"],
        "sequence": 1,
        "present": True,
        "source": "qr-code",
        "device_time": seen,
        "score": None,
        "corrects": None,
        "reason": None,
        "make_up": None,
    }


def test_a_correction_is_evidence_of_its_own_and_both_are_shown(house: House) -> None:
    of = taught(house)
    of.came()
    path = f"/enrolments/{of.enrolments[0]}/attendance"
    shown = document(house.get(path, "holder", card=of.cards[0].card_ref))
    wrong = shown["evidence"][0]["evidence_id"]
    correction = of.item(0, present=False, corrects=wrong, reason="Salah orang")
    assert outcomes(of.record(correction)) == {"accepted": [0]}
    assert house.entries()[-1]["kind"] == "attendance-corrected"
    shown = document(house.get(path, "provider", provider=of.provider_id))
    assert [row["sequence"] for row in shown["evidence"]] == [1, FINAL_TEST, 1]
    assert shown["evidence"][2]["corrects"] == wrong
    assert shown["attendance"]["attended"] == 0
    assert shown["attendance"]["meetings"] == [
        {
            "sequence": 1,
            "present": False,
            "made_up": False,
            "evidence": [correction["evidence_id"]],
        }
    ]
    again = of.item(0, corrects=wrong, reason="Hadir")
    assert outcomes(of.record(again)) == {"refused": [(0, "evidence-corrected")]}
    assert house.differences() == []


def test_attendance_is_shown_to_whom_the_enrolment_is(shared_house: House) -> None:
    of, other = taught(shared_house), taught(shared_house)
    path = f"/enrolments/{of.enrolments[0]}/attendance"
    for role, claims in (
        ("holder", {"card": of.cards[0].card_ref}),
        ("provider", {"provider": of.provider_id}),
        ("operator", {}),
        ("auditor", {}),
    ):
        assert document(shared_house.get(path, role, **claims))["evidence"] == []
    for role, claims in (
        ("holder", {"card": other.cards[0].card_ref}),
        ("provider", {"provider": other.provider_id}),
    ):
        assert code(shared_house.get(path, role, **claims)) == (404, "not-found")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"evidence_id": "17"}, "/evidence_id"),
        ({"evidence_id": None}, "/evidence_id"),
        ({"enrolment_id": "x"}, "/enrolment_id"),
        ({"sequence": 0}, "/sequence"),
        ({"sequence": 1_000}, "/sequence"),
        ({"sequence": "1"}, "/sequence"),
        ({"sequence": 1.0}, "/sequence"),
        ({"present": "yes"}, "/present"),
        ({"present": 1}, "/present"),
        ({"source": "hearsay"}, "/source"),
        ({"source": "final-test"}, "/source"),
        ({"device_time": "2026-11-01"}, "/device_time"),
        ({"device_time": "2026-02-30T00:00:00Z"}, "/device_time"),
        ({"score": 5}, "/score"),
        ({"sequence": FINAL_TEST, "score": 101}, "/score"),
        ({"sequence": FINAL_TEST, "score": -1}, "/score"),
        ({"sequence": FINAL_TEST, "score": 50, "present": False}, "/score"),
        ({"corrects": "0197a1b2-c3d4-7000-8000-000000000001"}, "/reason"),
        ({"reason": "Nomor 3273010205900001"}, "/reason"),
        ({"reason": "\u202eterbalik"}, "/reason"),
        ({"make_up": {"held_from": "2026-11-01T00:00:00Z"}}, "/make_up/held_to"),
        (
            {"make_up": {"held_from": "2026-11-01T00:00:00Z", "held_to": "2026-11-01T00:00:00Z"}},
            "/make_up/held_to",
        ),
        ({"actor": "staff:budi"}, "/actor"),
        ({"recorded_at": "2026-11-01T00:00:00Z"}, "/recorded_at"),
    ],
    ids=str,
)
def test_an_item_that_makes_no_sense_is_refused_by_name_and_the_one_beside_it_stands(
    shared_house: House, changes: dict[str, Any], pointer: str
) -> None:
    of = taught(shared_house)
    told = document(of.record(of.item(**changes), of.item()))
    [row] = told["refused"]
    assert (row["index"], row["code"]) == (0, "validation-failed")
    assert f"/items/0{pointer}" in {error["pointer"] for error in row["errors"]}
    assert [kept["index"] for kept in told["accepted"]] == [1]


@pytest.mark.parametrize("items", [[], "x", {}, None], ids=repr)
def test_a_batch_is_a_list_of_one_to_a_thousand(shared_house: House, items: Any) -> None:
    answer = shared_house.post("/attendance", {"items": items}, "provider", provider=new_id())
    assert code(answer) == (422, "validation-failed")
    assert pointers(answer) == ["/items"]


def test_a_thousand_items_are_taken_at_once_and_one_more_is_not(house: House) -> None:
    of = taught(house, 5, meetings=200, ended=HOUR)
    items = [of.item(person, sequence) for person in range(5) for sequence in range(1, 201)]
    assert len(document(of.record(*items))["accepted"]) == 1_000
    assert pointers(of.record(*items, items[0])) == ["/items"]
    assert house.differences() == []


def test_the_servers_clock_and_the_devices_are_both_kept(house: House) -> None:
    of = taught(house)
    wrong = utc_now() + DAY - HOUR
    of.came(0, 1, device_time=write_instant(wrong))
    path = f"/enrolments/{of.enrolments[0]}/attendance"
    [row] = document(house.get(path, "operator"))["evidence"]
    assert row["device_time"] == write_instant(wrong)
    assert row["recorded_at"] < row["device_time"]
    late = of.item(device_time=write_instant(utc_now() + 2 * DAY))
    assert outcomes(of.record(late)) == {"refused": [(0, "device-time-impossible")]}


def test_a_meeting_that_has_not_begun_has_no_evidence(house: House) -> None:
    of = taught(house, ended=-HOUR * 5)
    assert outcomes(of.record(of.item())) == {"refused": [(0, "meeting-not-held")]}


def test_a_make_up_counts_for_the_meeting_that_was_missed(house: House) -> None:
    of = taught(house, ended=3 * HOUR)
    now = utc_now()
    make_up = {"held_from": write_instant(now - HOUR), "held_to": write_instant(now)}
    of.came(0, 1, present=False)
    of.came(0, 1, make_up=make_up)
    of.came(0, FINAL_TEST)
    told = document(of.judge())
    assert (told["status"], told["attendance"]["meetings"][0]["made_up"]) == ("completed", True)


def test_of_a_cancelled_enrolment_or_class_nothing_is_kept(house: House) -> None:
    of = taught(house, 2)
    house.cancel(of.enrolments[0], "operator")
    assert outcomes(of.record(of.item())) == {"refused": [(0, "state-conflict")]}
    of.put(status="cancelled")
    assert outcomes(of.record(of.item(1))) == {"refused": [(0, "state-conflict")]}


def test_an_operator_records_for_any_provider_and_says_why(house: House) -> None:
    of = taught(house)
    assert outcomes(of.record(of.item(), role="operator")) == {
        "refused": [(0, "validation-failed")]
    }
    item = of.item(source="paper-list", reason="LPK tutup, daftar hadir di kantor")
    assert outcomes(of.record(item, role="operator")) == {"accepted": [0]}
    assert house.entries()[-1]["role"] == "operator"


def test_somebody_elses_id_is_taken_and_what_lies_under_it_is_not_told(house: House) -> None:
    of, other = taught(house), taught(house)
    theirs = other.item()
    other.record(theirs)
    told = document(of.record(of.item(evidence_id=theirs["evidence_id"])))
    [row] = told["conflicts"]
    assert other.enrolments[0] not in str(row)


def test_nobody_edits_or_removes_evidence(house: House) -> None:
    of = taught(house)
    of.came()
    for statement in (
        sa.update(EVIDENCE).values(present=False),
        sa.delete(EVIDENCE),
    ):
        with pytest.raises(sa.exc.DBAPIError), house.service.database.writing() as connection:
            connection.execute(statement)
        with pytest.raises(sa.exc.DBAPIError), house.as_owner() as connection:
            connection.execute(statement)


def test_a_roster_tells_to_how_many_meetings_each_came(house: House) -> None:
    of = taught(house, 2, meetings=3)
    of.came(0, 1, 2, FINAL_TEST)
    of.came(0, 2)
    of.came(1, 1, present=False)
    path = f"/classes/{of.class_id}/roster"
    rows = document(house.get(path, "provider", provider=of.provider_id))["items"]
    assert [row["attended"] for row in rows] == [2, 0]
    wrong = of.item(0, 3)
    of.record(wrong)
    of.record(of.item(0, 3, present=False, corrects=wrong["evidence_id"], reason="Salah"))
    rows = document(house.get(path, "provider", provider=of.provider_id))["items"]
    assert rows[0]["attended"] == 2


def test_an_enrolment_keeps_so_much_and_no_more(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.enrolment.domain.learning.recording.MOST_OF_AN_ENROLMENT", 2)
    of = taught(house)
    of.came()
    assert outcomes(of.record(of.item())) == {"refused": [(0, "evidence-too-much")]}


def test_a_name_of_another_thing_is_no_enrolment(shared_house: House) -> None:
    of = taught(shared_house)
    item = of.item(enrolment_id=of.class_id)
    assert outcomes(of.record(item)) == {"refused": [(0, "not-found")]}
