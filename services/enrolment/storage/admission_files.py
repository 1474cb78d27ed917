"""Files of candidates: how far each is, and their rows, sealed, in chunks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.database import Database
from chassis.sealing import Seal, keyed_digest
from services.enrolment.domain.programme.admission_file import (
    GOES_ON,
    AdmissionFile,
    FileState,
    RowResult,
    count_admitted,
)
from services.enrolment.domain.programme.candidate_lines import CandidateLine
from services.enrolment.storage.sealed_rows import SealedChunk, SealedRows
from services.enrolment.storage.tables.files import ADMISSION_CHUNK, ADMISSION_FILE
from services.enrolment.storage.tables.programme import WAVE

F, C, W = ADMISSION_FILE.c, ADMISSION_CHUNK.c, WAVE.c


class AdmissionFileStore:
    """The tables of files and of their chunks."""

    def __init__(self, database: Database, *, seal: Seal, digest_key: bytes) -> None:
        self._database = database
        self._digest_key = digest_key
        self.sealed_rows = SealedRows(seal)

    def keys_fit(self, connection: sa.Connection) -> bool:
        """Tell whether a chunk of a file opens under the key given; true where none is kept."""
        row = connection.execute(sa.select(ADMISSION_CHUNK).limit(1)).one_or_none()
        if row is None:
            return True
        chunk = SealedChunk(row.file_id, row.first_row, row.results or row.candidates, None)
        return self.sealed_rows.open_under_this_key(chunk, judged=row.results is not None)

    def add(self, connection: sa.Connection, file: AdmissionFile, *, now: datetime) -> None:
        """Add a file of which nothing has come yet."""
        connection.execute(
            sa.insert(ADMISSION_FILE).values(
                file_id=file.file_id,
                wave_id=file.wave_id,
                state=file.state,
                sent_by=file.sent_by,
                request_id=file.request_id,
                begun_at=now,
                touched_at=now,
            )
        )

    def add_chunk(
        self,
        connection: sa.Connection,
        file_id: str,
        lines: Sequence[CandidateLine],
        *,
        first_row: int,
        now: datetime,
    ) -> None:
        """Keep more rows of a file that is being received, sealed."""
        connection.execute(
            sa.insert(ADMISSION_CHUNK).values(
                file_id=file_id,
                first_row=first_row,
                candidates=self.sealed_rows.close_lines(lines, file_id, first_row),
            )
        )
        self._update(connection, file_id, rows=first_row + len(lines), touched_at=now)

    def digest(self, sha256: str) -> str:
        """Return by what a file is known: a keyed digest of its SHA-256."""
        return keyed_digest(self._digest_key, "admission-file", sha256)

    def hold_same(
        self, connection: sa.Connection, wave_id: str, digest: str
    ) -> AdmissionFile | None:
        """Hold what a file is known by until the transaction ends; return the file that was received before."""
        self._database.lock_names(connection, [f"admission-file {wave_id} {digest}"])
        query = sa.select(ADMISSION_FILE).where(
            F.wave_id == wave_id, F.digest == digest, F.state != FileState.STOPPED
        )
        row = connection.execute(query).one_or_none()
        return None if row is None else file_of(row)

    def lock(self, connection: sa.Connection, file_id: str) -> AdmissionFile | None:
        """Lock a file, waiting for whoever holds it."""
        return self._find(connection, sa.select(ADMISSION_FILE).with_for_update(), file_id)

    def lock_if_free(self, connection: sa.Connection, file_id: str) -> AdmissionFile | None:
        """Lock a file that nobody else holds; None where somebody does, or where there is none."""
        query = sa.select(ADMISSION_FILE).with_for_update(skip_locked=True)
        return self._find(connection, query, file_id)

    def read(self, connection: sa.Connection, file_id: str) -> AdmissionFile | None:
        """Read a file without locking it."""
        return self._find(connection, sa.select(ADMISSION_FILE), file_id)

    def save_received(
        self, connection: sa.Connection, file_id: str, *, digest: str, now: datetime
    ) -> None:
        """Save that all of a locked file is there."""
        self._update(
            connection,
            file_id,
            state=FileState.WAITING,
            digest=digest,
            received_at=now,
            touched_at=now,
        )

    def to_admit(self, connection: sa.Connection) -> list[str]:
        """Return the files that go on and whose waves have opened, the oldest first."""
        now = self._database.now(connection)
        query = (
            sa.select(F.file_id)
            .join(WAVE, W.wave_id == F.wave_id)
            .where(F.forgotten_at.is_(None), F.state.in_(GOES_ON), W.opens_at <= now)
            .order_by(F.file_id)
        )
        return list(connection.execute(query).scalars())

    def next_chunk(self, connection: sa.Connection, file_id: str) -> SealedChunk | None:
        """Read the chunk that is to be admitted next, sealed."""
        query = (
            sa.select(C.first_row, C.candidates)
            .join(ADMISSION_FILE, (F.file_id == C.file_id) & (F.done == C.first_row))
            .where(C.file_id == file_id, C.candidates.is_not(None))
        )
        row = connection.execute(query).one_or_none()
        return row and SealedChunk(file_id, row.first_row, row.candidates, None)

    def results_after(
        self, connection: sa.Connection, file_id: str, first_row: int
    ) -> SealedChunk | None:
        """Read the first chunk after a row of which the results are there, sealed."""
        query = (
            sa.select(C.first_row, C.results, C.admission_id, C.rule_version)
            .where(C.file_id == file_id, C.first_row > first_row, C.results.is_not(None))
            .order_by(C.first_row)
            .limit(1)
        )
        row = connection.execute(query).one_or_none()
        return row and SealedChunk(
            file_id, row.first_row, row.results, row.admission_id, row.rule_version
        )

    def save_results(
        self,
        connection: sa.Connection,
        file: AdmissionFile,
        results: Sequence[RowResult],
        *,
        admission_id: str | None,
        rule_version: str,
        now: datetime,
    ) -> AdmissionFile:
        """Put what became of the next chunk of a locked file into the place of its candidates, and count it."""
        connection.execute(
            sa.update(ADMISSION_CHUNK)
            .where(C.file_id == file.file_id, C.first_row == file.done)
            .values(
                candidates=None,
                results=self.sealed_rows.close_results(results, file.file_id, file.done),
                admission_id=admission_id,
                rule_version=rule_version,
            )
        )
        after = file.after(len(results), admitted=count_admitted(results))
        ended = {"ended_at": now} if after.state is FileState.DONE else {}
        self._update(
            connection,
            file.file_id,
            state=after.state,
            done=after.done,
            admitted=after.admitted,
            refused=after.refused,
            touched_at=now,
            **ended,
        )
        return after

    def save_stopped(
        self, connection: sa.Connection, file_id: str, *, by: str, reason: str, now: datetime
    ) -> None:
        """Save that a locked file is stopped, and destroy the candidates that were not admitted."""
        connection.execute(
            sa.delete(ADMISSION_CHUNK).where(C.file_id == file_id, C.candidates.is_not(None))
        )
        self._update(
            connection,
            file_id,
            state=FileState.STOPPED,
            ended_at=now,
            stopped_by=by,
            stop_reason=reason,
        )

    def ended_before(self, connection: sa.Connection, instant: datetime) -> list[str]:
        """Return the files that ended before an instant and whose results are still kept."""
        query = sa.select(F.file_id).where(F.forgotten_at.is_(None), F.ended_at < instant)
        return list(connection.execute(query.order_by(F.file_id)).scalars())

    def save_forgotten(self, connection: sa.Connection, file_id: str, *, now: datetime) -> None:
        """Destroy the results of a locked file, and save that."""
        connection.execute(sa.delete(ADMISSION_CHUNK).where(C.file_id == file_id))
        self._update(connection, file_id, forgotten_at=now)

    def abandoned_before(self, connection: sa.Connection, instant: datetime) -> list[str]:
        """Return the files that are being received and of which nothing came since an instant."""
        query = sa.select(F.file_id).where(
            F.forgotten_at.is_(None), F.state == FileState.RECEIVING, F.touched_at < instant
        )
        return list(connection.execute(query.order_by(F.file_id)).scalars())

    def discard(self, connection: sa.Connection, file_id: str) -> None:
        """Remove a locked file of which not all came, with everything that did."""
        connection.execute(sa.delete(ADMISSION_CHUNK).where(C.file_id == file_id))
        connection.execute(sa.delete(ADMISSION_FILE).where(F.file_id == file_id))

    def _find(
        self, connection: sa.Connection, query: sa.Select[Any], file_id: str
    ) -> AdmissionFile | None:
        row = connection.execute(query.where(F.file_id == file_id)).one_or_none()
        return None if row is None else file_of(row)

    def _update(self, connection: sa.Connection, file_id: str, **values: Any) -> None:
        connection.execute(sa.update(ADMISSION_FILE).where(F.file_id == file_id).values(**values))


def file_of(row: sa.Row[Any]) -> AdmissionFile:
    """Make a file of its row."""
    return AdmissionFile(
        file_id=row.file_id,
        wave_id=row.wave_id,
        state=FileState(row.state),
        rows=row.rows,
        done=row.done,
        admitted=row.admitted,
        refused=row.refused,
        sent_by=row.sent_by,
        request_id=row.request_id,
    )
