"""Stop a file of candidates: what is admitted stays, the rest is destroyed."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from chassis.identity import Principal
from chassis.journal import Entry
from chassis.problems import NotFound
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.storage.stores import Stores


@dataclass(frozen=True, slots=True)
class StopFile:
    """An operator stops a file, for a reason."""

    file_id: str
    reason: str
    caller: Principal
    request_id: str


def stop_admission_file(connection: sa.Connection, command: StopFile, *, stores: Stores) -> None:
    """Stop a file after the rows that are being admitted. Raises `NotFound`, `StateConflict`."""
    file = stores.admission_files.lock(connection, command.file_id)
    if file is None:
        raise NotFound
    file.check_stop()
    now = stores.database.now(connection)
    by, reason = command.caller.subject, command.reason
    stores.admission_files.save_stopped(connection, file.file_id, by=by, reason=reason, now=now)
    entry = Entry(
        kind=EntryKind.ADMISSION_FILE_STOPPED,
        actor=by,
        role=command.caller.role,
        request_id=command.request_id,
        subjects={},
        body={
            "file_id": file.file_id,
            "wave_id": file.wave_id,
            "done": file.done,
            "rows": file.rows,
            "reason": reason,
        },
    )
    stores.journal.append(connection, [entry], now=now)
