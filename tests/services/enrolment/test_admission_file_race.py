"""Several workers at the same chunk of a file at once, and a twin where nobody locks the file."""

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
from tests.services.enrolment.files import file_of, rows, sent, work_of
from tests.services.enrolment.house import House, settings_for

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
