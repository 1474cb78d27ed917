"""Sending a file of candidates: what is taken, what is refused, and by whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import islice

import pytest
import sqlalchemy as sa

from chassis.clock import utc_now
from services.enrolment.domain.programme.admission_file import ROWS_A_CHUNK
from services.enrolment.storage.tables.files import ADMISSION_FILE
from tests.chassis.problem_documents import problem
from tests.services.enrolment.files import (
    HEADER,
    admit_all,
    age,
    file_of,
    rows,
    send,
    sent,
    shown,
    stop,
    work_of,
)
from tests.services.enrolment.house import DAY, House, document
from tests.services.enrolment.people import people


def kinds(house: House) -> list[str]:
    return [entry["kind"] for entry in house.entries()]


def test_a_file_is_taken_on_and_admitted_row_by_row(house: House) -> None:
    one, other = islice(house.supply, 2)
    answer = send(house, file_of([one, replace(other, regency="Kota Bengkulu")]))
    told = document(answer, 202)
    assert answer.headers["Location"] == f"/api/v1/admission-files/{told['id']}"
    assert (told["state"], told["rows"], told["done"]) == ("waiting", 2, 0)
    assert admit_all(house) == 2
    told = shown(house, told["id"])
    assert told["state"] == "done"
    assert (told["done"], told["admitted"], told["refused"]) == (2, 1, 1)
    first, second = rows(house, told["id"])
    assert first["line"] == 2
    found = document(house.look_up("operator", card_number=first["card_number"]))
    assert found["name"] == one.name
    assert second["line"] == 3
    assert second["code"] == "validation-failed"
    assert second["detail"].startswith("regency: A region code is")
    [done] = [entry for entry in house.entries() if entry["kind"] == "admission-file-done"]
    assert done["rule_version"] == "2023-01"
    assert house.differences() == []


def test_wrong_rows_are_refused_one_by_one_by_their_lines(house: House) -> None:
    person = next(house.supply)
    wrong = [
        replace(person, nik="123"),
        replace(person, birth_date="1990-02-30"),
        replace(person, regency="17.7"),
        replace(person, regency="Kota Bengkulu"),
        replace(person, scheme="online"),
        replace(person, cluster="farmers"),
        replace(person, birth_date="2015-01-01"),
    ]
    lines = file_of([*wrong, "a,b", 'x,"y', "", person, person])
    file_id = sent(house, lines + b"S\xe1ri\n")
    admit_all(house)
    found = {row["line"]: (row["code"], row["detail"]) for row in rows(house, file_id)}
    assert [found[line][0] for line in range(2, 8)] == ["validation-failed"] * 6
    assert found[2][1].startswith("nik: The NIK has 3 digits")
    assert found[3][1].startswith("birth_date: There is no such day")
    assert found[4][1].startswith("regency: Region code 17.7 has lost a zero")
    assert found[8][0] == "age-outside-rules"
    assert found[9] == (
        "validation-failed",
        "This line has 2 of 7 values. Values are parted by commas; one that holds a comma stands in quotes.",
    )
    assert found[10][0] == "validation-failed"
    assert 11 not in found
    assert found[12] == (None, None)
    assert found[13][0] == "nik-already-held"
    said = "This line is not UTF-8. Save the file as CSV in UTF-8."
    assert found[14] == ("validation-failed", said)


def test_a_row_that_finds_its_quota_full_names_the_quota(house: House) -> None:
    wave_id = house.open_wave()
    quotas = {"quotas": [{"places": 1}], "reason": "Kuota"}
    [quota] = document(house.post(f"/waves/{wave_id}/quotas", quotas, "operator"))["items"]
    file_id = sent(house, file_of(islice(house.supply, 2)), wave_id=wave_id)
    admit_all(house)
    assert [row["quota_id"] for row in rows(house, file_id)] == [None, quota["id"]]
    assert {row["rule_version"] for row in rows(house, file_id)} == {"2023-01"}


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"", 1),
        (HEADER.encode(), 1),
        (b"nik;name\n1;2\n", 1),
        (file_of(islice(people(), 2)).decode().encode("utf-16"), 1),
        (b"n\xefk" + HEADER.encode()[3:] + b"\nx\n", 1),
        (file_of(["x", "y" * 2_000]), 3),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole_and_nothing_is_kept(
    house: House, data: bytes, line: int
) -> None:
    house.wave_id = house.open_wave()
    before = house.tables()
    refused = problem(send(house, data))
    assert (refused["status"], refused["code"]) == (422, "candidate-file-faulty")
    assert refused["line"] == line
    assert house.tables() == before


def test_a_file_that_is_wrong_after_many_rows_leaves_nothing_either(house: House) -> None:
    house.wave_id = house.open_wave()
    before = house.tables()
    data = file_of(islice(house.supply, ROWS_A_CHUNK + 1)) + b"y" * 2_000
    assert problem(send(house, data))["line"] == ROWS_A_CHUNK + 3
    assert house.tables() == before


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("text/csv; charset=utf-8", 202),
        ("application/json", 415),
        ("text/csv; charset=latin-1", 415),
    ],
)
def test_only_csv_in_utf_8_is_taken(house: House, content_type: str, status: int) -> None:
    data = file_of([next(house.supply)])
    assert send(house, data, content_type=content_type).status_code == status


def test_the_same_file_again_changes_nothing_and_names_the_one_that_is_there(house: House) -> None:
    data = file_of(islice(house.supply, 3))
    file_id = sent(house, data)
    admit_all(house)
    before = house.tables()
    again = send(house, data)
    assert document(again)["id"] == file_id
    assert again.headers["Location"].endswith(file_id)
    after = house.tables()
    assert {name: after[name] for name in after if name != "stored_answer"} == {
        name: before[name] for name in before if name != "stored_answer"
    }
    other_wave = house.open_wave()
    assert sent(house, data, wave_id=other_wave) != file_id


def test_a_repeat_under_the_same_key_is_answered_as_the_first_time(house: House) -> None:
    data = file_of(islice(house.supply, 3))
    first = send(house, data, key="file-of-the-day")
    admit_all(house)
    again = send(house, data, key="file-of-the-day")
    assert (again.status_code, again.data) == (202, first.data)
    other = file_of([next(house.supply)])
    assert problem(send(house, other, key="file-of-the-day"))["code"] == "idempotency-key-reused"
    assert len(document(house.get("/admission-files", "operator"))["items"]) == 1


def test_without_a_key_nothing_is_read(house: House) -> None:
    refused = problem(send(house, file_of(["x"]), key=None))
    assert refused["code"] == "idempotency-key-missing"


def test_a_file_for_a_wave_that_is_over_or_was_never_there_is_not_received(house: House) -> None:
    over = house.open_wave(opens_in=-2 * DAY, closes_in=-DAY)
    data = file_of([next(house.supply)])
    assert problem(send(house, data, wave_id=over))["code"] == "wave-closed"
    absent = "0197a1b2-c3d4-7000-8000-000000000001"
    assert problem(send(house, data, wave_id=absent))["code"] == "not-found"


def test_what_was_never_received_to_its_end_is_removed(house: House, half: str) -> None:
    assert shown(house, half)["state"] == "receiving"
    assert problem(stop(house, half))["state"] == "receiving"
    assert admit_all(house) == 0
    assert work_of(house).tidy_up() == 0
    age(house, touched_at=utc_now() - timedelta(hours=1, minutes=1))
    assert work_of(house).tidy_up() == 1
    assert house.get(f"/admission-files/{half}", "operator").status_code == 404
    assert house.tables()["admission_chunk"] == []


@pytest.fixture
def half(house: House) -> str:
    """A file of which half came when the process that received it died."""
    file_id = sent(house, file_of(islice(house.supply, 3)))
    with house.as_owner() as connection:
        connection.execute(
            sa.update(ADMISSION_FILE).values(state="receiving", digest=None, received_at=None)
        )
    return file_id


@pytest.mark.parametrize("role", ["holder", "provider", "officer", "auditor", "system"])
def test_nobody_but_operators_sends_stops_or_reads_rows(shared_house: House, role: str) -> None:
    claims = {"holder": {"card": "0197a1b2-c3d4-7000-8000-000000000001"}}.get(role, {})
    path = "/admission-files/0197a1b2-c3d4-7000-8000-000000000001"
    assert send(shared_house, b"", role=role).status_code == 403
    assert shared_house.get(f"{path}/rows", role, **claims).status_code == 403
    assert shared_house.post(f"{path}/stop", {"reason": "Salah"}, role).status_code == 403
