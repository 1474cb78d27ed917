"""What becomes of the rows of a file: they wait for their turn, are admitted, refused, read, undone and forgotten."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from itertools import islice
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.clock import utc_now
from services.enrolment.domain.programme.admission_file import ROWS_A_CHUNK
from services.enrolment.storage.tables.files import ADMISSION_CHUNK
from services.enrolment.storage.tables.programme import WAVE
from tests.chassis.problem_documents import problem
from tests.services.enrolment.api.test_admission_files import kinds
from tests.services.enrolment.files import (
    admit_all,
    age,
    file_of,
    rows,
    sent,
    shown,
    stop,
    work_of,
)
from tests.services.enrolment.house import DAY, House, document
from tests.services.enrolment.people import Person


def test_a_file_waits_for_its_wave(house: House) -> None:
    wave_id = house.open_wave(opens_in=DAY, closes_in=2 * DAY)
    file_id = sent(house, file_of([next(house.supply)]), wave_id=wave_id)
    assert admit_all(house) == 0
    assert shown(house, file_id)["state"] == "waiting"
    move_wave(house, wave_id, opens_at=utc_now() - DAY)
    assert admit_all(house) == 1


def test_when_the_wave_closes_the_rest_is_refused(house: House) -> None:
    wave_id = house.open_wave()
    wrong = "one,two"
    many: list[Person | str] = [*islice(house.supply, ROWS_A_CHUNK + 1), wrong]
    file_id = sent(house, file_of(many), wave_id=wave_id)
    assert work_of(house).admit_some() == ROWS_A_CHUNK
    move_wave(house, wave_id, closes_at=utc_now())
    admit_all(house)
    told = shown(house, file_id)
    assert (told["state"], told["admitted"], told["refused"]) == ("done", ROWS_A_CHUNK, 2)
    assert [row["code"] for row in rows(house, file_id)[-2:]] == [
        "wave-closed",
        "validation-failed",
    ]
    assert "admission-file-done" in kinds(house)
    assert house.differences() == []


def test_a_pause_everywhere_holds_a_file_up_and_one_of_a_region_refuses_its_people(
    house: House,
) -> None:
    file_id = sent(house, file_of(islice(house.supply, 2)))
    pause = {"what": "admissions", "message": "Pemeliharaan"}
    everywhere = document(house.post("/pauses", pause, "operator"), 201)
    assert admit_all(house) == 0
    house.post(f"/pauses/{everywhere['id']}/end", {"reason": "Selesai"}, "operator")
    document(house.post("/pauses", {**pause, "region": "32"}, "operator"), 201)
    admit_all(house)
    assert [row["code"] for row in rows(house, file_id)] == ["admissions-paused"] * 2


def test_a_file_that_is_stopped_keeps_what_was_admitted_and_destroys_the_rest(house: House) -> None:
    data = file_of(islice(house.supply, ROWS_A_CHUNK + 2))
    file_id = sent(house, data)
    work_of(house).admit_some()
    told = document(stop(house, file_id))
    assert (told["state"], told["done"]) == ("stopped", ROWS_A_CHUNK)
    assert told["stopped"]["reason"] == "Salah berkas"
    assert admit_all(house) == 0
    assert len(rows(house, file_id)) == ROWS_A_CHUNK
    [chunk] = house.tables()["admission_chunk"]
    assert chunk[2] is None
    assert problem(stop(house, file_id))["state"] == "stopped"
    assert "admission-file-stopped" in kinds(house)
    assert house.differences() == []


def test_a_file_that_was_stopped_may_be_sent_again(house: House) -> None:
    data = file_of(islice(house.supply, ROWS_A_CHUNK + 2))
    first = sent(house, data)
    work_of(house).admit_some()
    stop(house, first)
    again = sent(house, data)
    admit_all(house)
    assert shown(house, again)["admitted"] == 2


def test_each_piece_of_a_file_can_be_undone_as_other_admissions(house: House) -> None:
    file_id = sent(house, file_of(islice(house.supply, ROWS_A_CHUNK + 1)))
    admit_all(house)
    found = document(house.get(f"/admissions?file_id={file_id}", "operator"))["items"]
    assert [one["cards"] for one in found] == [1, ROWS_A_CHUNK]
    assert {one["file_id"] for one in found} == {file_id}
    assert {row["admission_id"] for row in rows(house, file_id)} == {one["id"] for one in found}
    path = f"/admissions/{found[0]['id']}/undo"
    preview = document(house.get(path, "operator"))["preview"]
    undone = house.post(path, {"reason": "Salah", "preview": preview}, "operator")
    assert document(undone)["withdrawn"]["count"] == 1
    assert house.differences() == []


def test_the_rows_come_in_each_form_and_each_reading_is_recorded(house: House) -> None:
    file_id = sent(house, file_of([next(house.supply), "=1,2"]))
    admit_all(house)
    path = f"/admission-files/{file_id}/rows"
    wanted = rows(house, file_id)
    lines = house.get(path, "operator", headers={"Accept": "application/jsonl"}).text
    assert [json.loads(line) for line in lines.splitlines()] == wanted
    table = house.get(path, "operator", headers={"Accept": "text/csv"})
    assert table.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert list(csv.DictReader(io.StringIO(table.text))) == [
        {name: "" if value is None else str(value) for name, value in row.items()} for row in wanted
    ]
    readings = [entry for entry in house.entries() if entry["kind"] == "admission-file-read"]
    assert [entry["body"]["rows"] for entry in readings] == [2, 2, 2]
    assert {entry["role"] for entry in readings} == {"operator"}


def test_a_reading_that_cannot_be_recorded_shows_nothing(house: House) -> None:
    file_id = sent(house, file_of([next(house.supply)]))
    admit_all(house)
    with house.as_owner() as connection:
        connection.execute(sa.text("alter table journal_head rename to journal_head_away"))
    answer = house.get(f"/admission-files/{file_id}/rows", "operator")
    with house.as_owner() as connection:
        connection.execute(sa.text("alter table journal_head_away rename to journal_head"))
    assert answer.status_code == 500


def test_results_are_forgotten_after_thirty_days_and_the_counts_stay(house: House) -> None:
    file_id = sent(house, file_of([next(house.supply)]))
    admit_all(house)
    assert work_of(house).tidy_up() == 0
    age(house, ended_at=utc_now() - timedelta(days=30, minutes=1))
    assert work_of(house).tidy_up() == 1
    assert work_of(house).tidy_up() == 0
    assert rows(house, file_id) == []
    assert shown(house, file_id)["admitted"] == 1
    assert house.tables()["admission_chunk"] == []
    assert kinds(house)[-2:] == ["admission-file-forgotten", "admission-file-read"]
    assert house.differences() == []


def test_one_file_that_fails_does_not_keep_the_others_from_their_turn(house: House) -> None:
    spoilt = sent(house, file_of([next(house.supply)]))
    with house.as_owner() as connection:
        connection.execute(sa.update(ADMISSION_CHUNK).values(candidates="AAAA"))
    good = sent(house, file_of([next(house.supply)]))
    with pytest.raises(Exception, match=spoilt):
        work_of(house).admit_some()
    assert shown(house, good)["state"] == "done"
    assert shown(house, spoilt)["state"] == "waiting"


def move_wave(house: House, wave_id: str, **values: Any) -> None:
    with house.as_owner() as connection:
        connection.execute(sa.update(WAVE).where(WAVE.c.wave_id == wave_id).values(**values))
