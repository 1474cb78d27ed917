"""Several workers at the same chunk of a file at once, and a pause that begins meanwhile; with careless twins."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice

import pytest
import sqlalchemy as sa

from chassis.sealing import Seal
from services.enrolment.domain.programme.admission_file import AdmissionFile
from services.enrolment.file_work import FileWork
from services.enrolment.storage.admission_files import AdmissionFileStore
from tests.services.enrolment.draw_races import InterruptedWaves, house_with
from tests.services.enrolment.files import file_of, rows, sent, work_of
from tests.services.enrolment.house import House, document, settings_for

TOGETHER = 2
PEOPLE = 5

pytestmark = pytest.mark.parametrize("dialect", ["postgresql"])
"""On SQLite one transaction at a time writes, from its beginning."""


class UnlockedFiles(AdmissionFileStore):
    """Files that are read without a lock; nobody goes on before all have read the same."""

    meeting = threading.Barrier(TOGETHER)

    def lock_if_free(self, connection: sa.Connection, file_id: str) -> AdmissionFile | None:
        found = self.read(connection, file_id)
        self.meeting.wait(20)
        return found


def admitted_at_once(work: FileWork) -> list[int]:
    """Let workers admit the next chunk, all at once; return how many rows each judged."""
    start = threading.Barrier(TOGETHER)

    def admit(_: int) -> int:
        start.wait(20)
        return work.admit_some()

    with ThreadPoolExecutor(TOGETHER) as pool:
        return list(pool.map(admit, range(TOGETHER)))


def codes(house: House, file_id: str) -> Counter[str | None]:
    return Counter(row["code"] for row in rows(house, file_id))


def test_a_chunk_is_judged_once_however_many_workers_come(house: House) -> None:
    file_id = sent(house, file_of(islice(house.supply, PEOPLE)))
    assert sorted(admitted_at_once(work_of(house))) == [0, PEOPLE]
    assert codes(house, file_id) == {None: PEOPLE}
    assert house.differences() == []


def test_without_the_lock_those_who_were_admitted_would_be_told_that_they_were_refused(
    house: House,
) -> None:
    file_id = sent(house, file_of(islice(house.supply, PEOPLE)))
    settings = settings_for(house.places.application)
    unlocked = UnlockedFiles(
        house.service.database,
        seal=Seal(settings.personal_data_key),
        digest_key=settings.fingerprint_key,
    )
    work = work_of(house)
    careless = replace(work, stores=replace(work.stores, admission_files=unlocked))
    assert admitted_at_once(careless) == [PEOPLE] * TOGETHER
    assert codes(house, file_id) == {"nik-already-held": PEOPLE}
    assert house.differences() != []


def admit_while_admissions_are_paused(house: House) -> str:
    """Let admissions be paused everywhere between the looking of a file and its judging; return the file."""
    file_id = sent(house, file_of(islice(house.supply, PEOPLE)))
    body = {"what": "admissions", "message": "Pemeliharaan"}
    pausing = InterruptedWaves(
        house, lambda: document(house.post("/pauses", body, "operator"), 201)
    )
    work_of(house_with(house, waves=pausing)).admit_some()
    return file_id


def test_a_pause_that_begins_while_a_chunk_waits_refuses_nobody_for_good(house: House) -> None:
    file_id = admit_while_admissions_are_paused(house)
    assert codes(house, file_id) == {}
    [pause] = document(house.get("/pauses"))["items"]
    document(house.post(f"/pauses/{pause['id']}/end", {"reason": "Selesai"}, "operator"))
    assert work_of(house).admit_some() == PEOPLE
    assert codes(house, file_id) == {None: PEOPLE}
    assert house.differences() == []


def test_if_nobody_looked_again_for_a_pause_everybody_of_the_chunk_would_be_refused(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_for = "services.enrolment.use_cases.programme.admit_candidates.is_paused_everywhere"
    monkeypatch.setattr(looked_for, lambda *_: False)
    file_id = admit_while_admissions_are_paused(house)
    assert codes(house, file_id) == {"admissions-paused": PEOPLE}
