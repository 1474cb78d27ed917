"""Admissions: each candidate stands or falls alone, and nobody gets two cards."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import pytest

from chassis.identifiers import new_id
from services.enrolment.domain.programme.clock import runs_out
from tests.chassis.problem_documents import code, pointers
from tests.services.enrolment.house import DAY, FRESH, House, document
from tests.services.enrolment.people import Person

REAL = "3304205011970001"
WRONG_SPELLINGS = {
    "a number": 3304205011970001,
    "Arabic-Indic digits": "٣٣٠٤٢٠٥٠١١٩٧٠٠٠١",
    "full-width digits": "３３０４２０５０１１９７０００１",
    "a trailing newline": REAL + "\n",
    "inner spaces": "3304 2050 1197 0001",
    "dots": "33.0420.501197.0001",
    "fifteen digits": REAL[:-1],
    "letter O for a zero": "33O42O5O1197OOO1",
}


def next_person(house: House) -> Person:
    return next(house.supply)


def refusals(answer: Any) -> list[tuple[int, str]]:
    return [(row["index"], row["code"]) for row in document(answer)["refused"]]


def admitted(answer: Any) -> list[int]:
    return [row["index"] for row in document(answer)["admitted"]]


def test_a_thousand_candidates_are_answered_at_once(house: House) -> None:
    rows = [person.row() for person in islice(house.supply, 1_000)]
    answer = house.admit(rows)
    assert admitted(answer) == list(range(1_000))
    assert document(answer)["rule_version"] == "2023-01"
    numbers = {row["card_number"] for row in document(answer)["admitted"]}
    assert len(numbers) == 1_000
    assert all(re.fullmatch(r"[1-9][0-9]{15}", number) for number in numbers)
    assert document(house.get(f"/waves/{house.wave_id}"))["admitted"] == 1_000
    entries = house.entries()
    assert [e["kind"] for e in entries] == ["wave-opened"] + ["card-awarded"] * 1_000
    assert [e["position"] for e in entries] == list(range(1, 1_002))
    assert house.differences() == []


@pytest.mark.parametrize(("count", "message"), [(1_001, "1 to 1000"), (0, "1 to 1000")])
def test_more_than_a_thousand_or_none_are_refused_whole(
    shared_house: House, count: int, message: str
) -> None:
    shared_house.wave_id = shared_house.wave_id or shared_house.open_wave()
    before = shared_house.tables()
    answer = shared_house.admit([{}] * count)
    assert code(answer) == (422, "validation-failed")
    assert pointers(answer) == ["/candidates"]
    assert message in answer.text
    assert shared_house.tables() == before


@pytest.mark.parametrize("wrong", ['"a\\u0000b"', '"a\x00b"', '"\\ud800"', "NaN", "1e400"])
def test_what_no_json_can_tell_is_named_by_row_and_field_and_nothing_is_done(
    shared_house: House, wrong: str
) -> None:
    """The body is refused whole, but in one answer for all such rows: the operator mends them in one go."""
    shared_house.wave_id = shared_house.wave_id or shared_house.open_wave()
    rows = [next_person(shared_house).row() for _ in range(20)]
    for place in (7, 17):
        rows[place]["name"] = "WRONG"
    raw = json.dumps({"candidates": rows}).replace('"WRONG"', wrong).encode()
    before = shared_house.tables()
    path = f"/api/v1/waves/{shared_house.wave_id}/admissions"
    kind = {"Content-Type": "application/json"}
    answer = shared_house.call("POST", path, role="operator", key=FRESH, data=raw, headers=kind)
    assert code(answer) == (400, "malformed-request")
    assert pointers(answer) == ["/candidates/7/name", "/candidates/17/name"]
    assert shared_house.tables() == before


def test_a_wrong_row_takes_no_other_along(shared_house: House) -> None:
    good = [next_person(shared_house).row() for _ in range(3)]
    wrong: list[Any] = [
        {**good[0], "nik": "123"},
        None,
        [],
        "a row",
        17,
        {},
        {**good[0], "note": "x"},
    ]
    answer = shared_house.admit([good[0], *wrong, good[1], good[0], good[2]])
    assert admitted(answer) == [0, 8, 10]
    assert refusals(answer) == [
        *((index, "validation-failed") for index in range(1, 8)),
        (9, "nik-already-held"),
    ]


def test_a_row_that_is_no_object_is_told_so(shared_house: House) -> None:
    [row] = document(shared_house.admit(["x"]))["refused"]
    assert row["errors"] == [{"pointer": "/candidates/0", "message": "Send an object."}]


def test_every_wrong_field_of_a_row_is_named_with_its_remedy(shared_house: House) -> None:
    row = {
        "nik": "1",
        "family_card": 5,
        "name": "",
        "birth_date": "31-12-1990",
        "regency": "32",
        "cluster": "friends",
        "scheme": "both",
        "note": "x",
    }
    [refused] = document(shared_house.admit([row]))["refused"]
    assert {error["pointer"] for error in refused["errors"]} == {
        f"/candidates/0/{name}" for name in row
    }
    assert all(error["message"].endswith(".") for error in refused["errors"])


def test_every_field_but_the_cluster_is_required(shared_house: House) -> None:
    [refused] = document(shared_house.admit([{}]))["refused"]
    assert {error["pointer"].rpartition("/")[2] for error in refused["errors"]} == {
        "nik",
        "family_card",
        "name",
        "birth_date",
        "regency",
        "scheme",
    }


@pytest.mark.parametrize("field", ["nik", "family_card"])
def test_wrong_spellings_of_a_personal_number_are_refused_and_never_repeated(
    shared_house: House, field: str
) -> None:
    person = next_person(shared_house)
    rows = [person.row(**{field: value}) for value in WRONG_SPELLINGS.values()]
    answer = shared_house.admit(rows)
    assert admitted(answer) == []
    for row, value in zip(document(answer)["refused"], WRONG_SPELLINGS.values(), strict=True):
        [error] = row["errors"]
        assert error["pointer"] == f"/candidates/{row['index']}/{field}"
        assert "sixteen digits" in error["message"]
        assert str(value) not in answer.text


@pytest.mark.parametrize("ddmmyy", ["320190", "000190", "011390", "300290", "720190", "290201"])
def test_a_nik_with_an_impossible_date_is_refused(shared_house: House, ddmmyy: str) -> None:
    answer = shared_house.admit([next_person(shared_house).row(nik=f"330420{ddmmyy}0001")])
    [row] = document(answer)["refused"]
    assert row["errors"][0]["pointer"] == "/candidates/0/nik"
    assert "DDMMYY" in row["errors"][0]["message"]


@pytest.mark.parametrize(
    "birth_date",
    [
        "1990-02-30",
        "1990-13-01",
        "2001-02-29",
        "1990-00-10",
        "30-12-1990",
        "1990/12/30",
        "1990-1-1",
        "1990-W01-1",
        "19901230  ",
        "1990-12-30T00:00:00",
        "١٩٩٠-٠٥-٠٢",
        "0000-01-01",
        "",
        19901230,
        None,
    ],
)
def test_a_birth_date_that_does_not_exist_is_refused(
    shared_house: House, birth_date: object
) -> None:
    row = {**next_person(shared_house).row(), "birth_date": birth_date}
    [refused] = document(shared_house.admit([row]))["refused"]
    [error] = refused["errors"]
    assert error["pointer"] == "/candidates/0/birth_date"


@pytest.mark.parametrize(
    ("regency", "remedy"),
    [
        ("99.99", "list of regions"),
        ("11.1", "lost a zero"),
        (11.1, "in quotes"),
        ("11", "province"),
        ("1110", "11.10"),
        ("91.01", "93.01"),
        ("", "two digits"),
        ("11.10\n", "two digits"),
    ],
)
def test_a_region_code_that_names_no_regency_is_refused_and_never_guessed(
    shared_house: House, regency: object, remedy: str
) -> None:
    row = {**next_person(shared_house).row(), "regency": regency}
    [refused] = document(shared_house.admit([row]))["refused"]
    [error] = refused["errors"]
    assert error["pointer"] == "/candidates/0/regency"
    assert remedy in error["message"]


def test_a_person_is_admitted_once_however_often_sent(shared_house: House) -> None:
    person = next_person(shared_house)
    assert refusals(shared_house.admit([person.row(), person.row(name="Nama Lain")])) == [
        (1, "nik-already-held")
    ]
    other_wave = shared_house.open_wave()
    assert refusals(shared_house.admit([person.row()], wave_id=other_wave)) == [
        (0, "nik-already-held")
    ]


def test_two_admissions_at_the_same_time_award_a_person_one_card(shared_house: House) -> None:
    people = [next_person(shared_house).row() for _ in range(60)]
    waves = [shared_house.open_wave() for _ in range(2)]
    orders = [people, people[::-1]]

    def admit(number: int) -> Any:
        return document(shared_house.admit(orders[number], wave_id=waves[number]))

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(admit, (0, 1)))
    assert sum(len(answer["admitted"]) for answer in answers) == 60
    assert sum(len(answer["refused"]) for answer in answers) == 60
    counted = [document(shared_house.get(f"/waves/{w}"))["admitted"] for w in waves]
    assert counted == [len(answer["admitted"]) for answer in answers]


def test_the_same_key_gives_the_same_cards_byte_for_byte(shared_house: House) -> None:
    rows = [next_person(shared_house).row() for _ in range(5)]
    first = shared_house.admit(rows, key="admission-1")
    before = shared_house.tables()
    again = shared_house.admit(rows, key="admission-1")
    assert first.data == again.data
    assert len(admitted(again)) == 5
    assert shared_house.tables() == before


def test_the_same_key_with_other_candidates_is_refused(shared_house: House) -> None:
    shared_house.admit([next_person(shared_house).row()], key="admission-2")
    before = shared_house.tables()
    answer = shared_house.admit([next_person(shared_house).row()], key="admission-2")
    assert code(answer) == (422, "idempotency-key-reused")
    assert shared_house.tables() == before


def test_an_admission_needs_an_idempotency_key(shared_house: House) -> None:
    answer = shared_house.admit([next_person(shared_house).row()], key=None)
    assert code(answer) == (400, "idempotency-key-missing")


@pytest.mark.parametrize(
    ("opens_in", "closes_in"), [(-2 * DAY, -DAY), (DAY, 2 * DAY)], ids=["closed", "not yet open"]
)
def test_nobody_is_admitted_outside_the_waves_window(
    shared_house: House, opens_in: timedelta, closes_in: timedelta
) -> None:
    wave_id = shared_house.open_wave(opens_in=opens_in, closes_in=closes_in)
    before = shared_house.tables()
    answer = shared_house.admit([next_person(shared_house).row()], wave_id=wave_id)
    assert code(answer) == (409, "wave-closed")
    assert shared_house.tables() == before


def test_nobody_is_admitted_to_a_wave_that_is_not_there(shared_house: House) -> None:
    answer = shared_house.admit([next_person(shared_house).row()], wave_id=new_id())
    assert code(answer) == (404, "not-found")


def test_a_batch_in_which_all_fall_changes_nothing_but_the_stored_answer(
    shared_house: House,
) -> None:
    shared_house.admit([next_person(shared_house).row()])
    before = shared_house.tables()
    assert refusals(shared_house.admit([{}, {}])) == [
        (0, "validation-failed"),
        (1, "validation-failed"),
    ]
    after = shared_house.tables()
    assert {n: rows for n, rows in after.items() if n != "stored_answer"} == {
        n: rows for n, rows in before.items() if n != "stored_answer"
    }


def test_an_award_is_journaled_with_its_reference_and_region_only(shared_house: House) -> None:
    card = shared_house.award(cluster="pmi", regency="17.71")
    entry = shared_house.entries()[-1]
    assert (entry["kind"], entry["card_ref"], entry["region"]) == (
        "card-awarded",
        card.card_ref,
        "17.71",
    )
    assert entry["rule_version"] == "2023-01"
    assert entry["body"].keys() == {
        "balance",
        "card_state",
        "cluster",
        "movement_id",
        "admission_id",
        "scheme",
        "wave_id",
    }


def test_the_first_clock_starts_at_the_award(shared_house: House) -> None:
    card = shared_house.award()
    shown = document(shared_house.get("/cards/me", "holder", card=card.card_ref))
    awarded, deadline = (datetime.fromisoformat(shown[n]) for n in ("awarded_at", "deadline"))
    assert deadline == runs_out(awarded, 15 * DAY, region=shown["region"])
