"""Receive a file of candidates: begin it, keep its rows as they come, and take it on once all of it is there.

These are transactions of their own, since a file takes minutes to come. What is not complete has no effect: it is
removed, at once where its receiving fails, by the worker where the process that received it is gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from chassis.identity import Principal
from chassis.journal import Entry
from chassis.problems import NotFound
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.programme.admission_file import (
    ABANDONED_AFTER,
    AdmissionFile,
    FileState,
)
from services.enrolment.domain.programme.candidate_lines import CandidateLine
from services.enrolment.storage.stores import Stores
from vocabulary.refusals.admission import WaveClosed


@dataclass(frozen=True, slots=True)
class ReceiveFile:
    """An operator sends a file of candidates for a wave."""

    file_id: str
    wave_id: str
    caller: Principal
    request_id: str


def begin_file(connection: sa.Connection, command: ReceiveFile, *, stores: Stores) -> None:
    """Begin to receive a file.

    Raises `NotFound` for an unknown wave, `WaveClosed` for one that is over, `WaveDraws` for one that draws.
    """
    wave = stores.waves.read(connection, command.wave_id)
    if wave is None:
        raise NotFound
    wave.check_takes_candidates()
    now = stores.database.now(connection)
    if now >= wave.closes_at:
        raise WaveClosed
    file = AdmissionFile(
        file_id=command.file_id,
        wave_id=command.wave_id,
        state=FileState.RECEIVING,
        rows=0,
        done=0,
        admitted=0,
        refused=0,
        sent_by=command.caller.subject,
        request_id=command.request_id,
    )
    stores.admission_files.add(connection, file, now=now)


def keep_rows(
    connection: sa.Connection,
    *,
    file_id: str,
    lines: Sequence[CandidateLine],
    first_row: int,
    stores: Stores,
) -> None:
    """Keep the rows of a file that come next, sealed."""
    now = stores.database.now(connection)
    stores.admission_files.add_chunk(connection, file_id, lines, first_row=first_row, now=now)


def take_on(
    connection: sa.Connection, command: ReceiveFile, *, sha256: str, stores: Stores
) -> AdmissionFile:
    """Take a file on that is there as a whole, and return it; where the wave had the same before, return that one.

    What was received a second time is then still there, and to be discarded.
    """
    files = stores.admission_files
    digest = files.digest(sha256)
    same = files.hold_same(connection, command.wave_id, digest)
    if same is not None:
        return same
    now = stores.database.now(connection)
    received = files.lock(connection, command.file_id)
    if received is None:
        raise NotFound
    files.save_received(connection, command.file_id, digest=digest, now=now)
    entry = Entry(
        kind=EntryKind.ADMISSION_FILE_RECEIVED,
        actor=command.caller.subject,
        role=command.caller.role,
        request_id=command.request_id,
        subjects={},
        body={"file_id": received.file_id, "wave_id": received.wave_id, "rows": received.rows},
    )
    stores.journal.append(connection, [entry], now=now)
    return received


def discard_incomplete(connection: sa.Connection, file_id: str, *, stores: Stores) -> None:
    """Remove what came of a file that was not taken on; one that was stays."""
    file = stores.admission_files.lock(connection, file_id)
    if file is not None and file.state is FileState.RECEIVING:
        stores.admission_files.discard(connection, file_id)


def abandoned_files(connection: sa.Connection, *, stores: Stores) -> list[str]:
    """Return the files of which nothing has come for long: whoever received them is gone."""
    since = stores.database.now(connection) - ABANDONED_AFTER
    return stores.admission_files.abandoned_before(connection, since)
