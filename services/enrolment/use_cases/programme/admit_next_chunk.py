"""Admit the next rows of a file, in one transaction with what tells how far the file is.

Nothing has to be remembered between two of these: after a crash, the file says at which row it goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import sqlalchemy as sa

from chassis.identifiers import new_id
from chassis.identity import Principal
from chassis.journal import Entry
from chassis.problems import Problem
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.programme.admission_file import (
    AdmissionFile,
    FileState,
    result_of,
)
from services.enrolment.domain.programme.award import Award, Candidate
from services.enrolment.domain.programme.pause import Paused, is_paused_everywhere
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.programme.admit_candidates import (
    AdmitCandidates,
    Judged,
    PausedMeanwhile,
    admit_candidates,
)
from services.enrolment.use_cases.shared.by_worker import entry_of_worker
from vocabulary.refusals.admission import WaveClosed
from vocabulary.roles import OPERATOR


@dataclass(frozen=True, slots=True)
class ReadChunk:
    """Rows of a file as they were read: for each, in which line it stands, and the candidate or the refusal.

    `sealed` is how they lay there: of a person who is erased it changes.
    """

    file_id: str
    first_row: int
    sealed: str = field(repr=False)
    rows: Sequence[tuple[int, Candidate | Problem]] = field(repr=False)


def admit_next_chunk(
    connection: sa.Connection, chunk: ReadChunk, *, request_id: str, stores: Stores
) -> int:
    """Judge the rows of a chunk and keep what became of each in the place of the candidates; return how many.

    Nothing is done, and 0 returned, where another worker has the file, where the chunk is not the next one any more, or
    not as it was read, and while nobody is admitted anywhere or the wave has not opened. Once the wave is over, all are
    `wave-closed`. Raises `PausedMeanwhile` where a pause everywhere began just now; roll back and come again.
    """
    file = stores.admission_files.lock_if_free(connection, chunk.file_id)
    if file is None or not file.goes_on or file.done != chunk.first_row:
        return 0
    if _has_to_wait(connection, file, stores) or not _is_as_read(connection, chunk, stores):
        return 0
    admission_id = new_id()
    save = partial(
        _save,
        connection,
        file,
        chunk,
        admission_id=admission_id,
        request_id=request_id,
        stores=stores,
    )
    command = _command(file, chunk, admission_id)
    try:
        admit_candidates(connection, command, stores=stores, also=save)
    except WaveClosed as closed:
        now = stores.database.now(connection)
        refused = [row if isinstance(row, Problem) else closed for row in command.rows]
        if told := save(Judged(refused, stores.rules.at(connection, now).version)):
            stores.journal.append(connection, told, now=now)
    return len(chunk.rows)


def _has_to_wait(connection: sa.Connection, file: AdmissionFile, stores: Stores) -> bool:
    """Tell whether a wave has not opened, or admissions are paused everywhere; a regional pause is the rows' affair."""
    now, pauses = stores.pauses.now_and_in_force(connection)
    wave = stores.waves.read(connection, file.wave_id)
    paused = is_paused_everywhere(pauses, Paused.ADMISSIONS)
    return wave is None or now < wave.opens_at or (paused and now < wave.closes_at)


def _is_as_read(connection: sa.Connection, chunk: ReadChunk, stores: Stores) -> bool:
    """Tell whether nobody was erased out of a chunk between its being read and its file being locked."""
    lies = stores.admission_files.next_chunk(connection, chunk.file_id)
    return lies is not None and lies.sealed == chunk.sealed


def _command(file: AdmissionFile, chunk: ReadChunk, admission_id: str) -> AdmitCandidates:
    return AdmitCandidates(
        admission_id=admission_id,
        wave_id=file.wave_id,
        rows=[row for _, row in chunk.rows],
        caller=_sender(file),
        request_id=file.request_id,
        file_id=file.file_id,
    )


def _save(
    connection: sa.Connection,
    file: AdmissionFile,
    chunk: ReadChunk,
    judged: Judged,
    *,
    admission_id: str,
    request_id: str,
    stores: Stores,
) -> list[Entry]:
    """Keep what became of the rows; once the file is done, return the entry that tells so.

    Raises `PausedMeanwhile` where a pause began while the chunk waited for its turn.
    """
    if judged.paused_everywhere:
        raise PausedMeanwhile(file.file_id)
    awarded = any(isinstance(outcome, Award) for outcome in judged.outcomes)
    lines = [line for line, _ in chunk.rows]
    after = stores.admission_files.save_results(
        connection,
        file,
        [result_of(line, outcome) for line, outcome in zip(lines, judged.outcomes, strict=True)],
        admission_id=admission_id if awarded else None,
        rule_version=judged.rule_version,
        now=stores.database.now(connection),
    )
    return [_entry(after, judged, request_id)] if after.state is FileState.DONE else []


def _sender(file: AdmissionFile) -> Principal:
    """Return on whose behalf the file is admitted: whoever sent it, as the credential said then."""
    return Principal(file.sent_by, OPERATOR, None, None, None, expires_at=0)


def _entry(file: AdmissionFile, judged: Judged, request_id: str) -> Entry:
    """Tell that a file is done, by the rules that judged its last rows; each card's entry names those of its own."""
    return entry_of_worker(
        EntryKind.ADMISSION_FILE_DONE,
        {
            "file_id": file.file_id,
            "wave_id": file.wave_id,
            "admitted": file.admitted,
            "refused": file.refused,
        },
        request_id=request_id,
        rule_version=judged.rule_version,
    )
