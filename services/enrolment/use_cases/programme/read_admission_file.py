"""Read what became of the rows of a file, and record that it was read: the numbers of cards are personal data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from chassis.identity import Principal
from chassis.journal import Entry
from chassis.problems import NotFound
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.programme.admission_file import AdmissionFile, RowResult
from services.enrolment.storage.stores import Stores


@dataclass(frozen=True, slots=True)
class ReadFile:
    """An operator reads what became of a file."""

    file_id: str
    caller: Principal
    request_id: str


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """What became of a row, the admission that it belongs to where it earned a card, and by which rules."""

    result: RowResult
    admission_id: str | None
    rule_version: str | None


def record_reading(
    connection: sa.Connection, command: ReadFile, *, stores: Stores
) -> AdmissionFile:
    """Record that what became of a file is read, as far as it is; return the file. Raises `NotFound`.

    Nothing is opened until this is committed: nobody sees a card's number whose reading is not recorded.
    """
    file = stores.admission_files.read(connection, command.file_id)
    if file is None:
        raise NotFound
    entry = Entry(
        kind=EntryKind.ADMISSION_FILE_READ,
        actor=command.caller.subject,
        role=command.caller.role,
        request_id=command.request_id,
        subjects={},
        body={"file_id": file.file_id, "wave_id": file.wave_id, "rows": file.done},
    )
    stores.journal.append(connection, [entry], now=stores.database.now(connection))
    return file


def judged_rows(file: AdmissionFile, *, stores: Stores) -> Iterator[list[JudgedRow]]:
    """Yield what became of the rows whose reading was recorded, chunk by chunk, each read in a transaction of its own.

    None is open while a slow reader is waited for.
    """
    first_row = -1
    while first_row < file.done:
        with stores.database.reading() as connection:
            chunk = stores.admission_files.results_after(connection, file.file_id, first_row)
        if chunk is None or chunk.first_row >= file.done:
            return
        first_row = chunk.first_row
        yield [
            JudgedRow(
                result, chunk.admission_id if result.card_number else None, chunk.rule_version
            )
            for result in stores.admission_files.sealed_rows.open_results(chunk)
        ]
