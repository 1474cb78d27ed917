"""Forget what became of the rows of a file that ended long ago; how many they were stays."""

from __future__ import annotations

import sqlalchemy as sa

from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.programme.admission_file import RESULTS_KEPT_FOR
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.shared.by_worker import entry_of_worker


def files_to_forget(connection: sa.Connection, *, stores: Stores) -> list[str]:
    """Return the files whose results have been kept long enough."""
    before = stores.database.now(connection) - RESULTS_KEPT_FOR
    return stores.admission_files.ended_before(connection, before)


def forget_admission_file(
    connection: sa.Connection, file_id: str, *, request_id: str, stores: Stores
) -> int:
    """Destroy the results of a file; return 1, or 0 where another worker has it."""
    file = stores.admission_files.lock_if_free(connection, file_id)
    if file is None or file_id not in files_to_forget(connection, stores=stores):
        return 0
    now = stores.database.now(connection)
    stores.admission_files.save_forgotten(connection, file_id, now=now)
    entry = entry_of_worker(
        EntryKind.ADMISSION_FILE_FORGOTTEN,
        {"file_id": file.file_id, "wave_id": file.wave_id},
        request_id=request_id,
    )
    stores.journal.append(connection, [entry], now=now)
    return 1
