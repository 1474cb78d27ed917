"""What files of candidates tell of one person: found by opening what is sealed, and destroyed."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from chassis.database import Database
from chassis.sealing import Seal
from services.enrolment.domain.programme.admission_file import without_cards
from services.enrolment.domain.programme.candidate_lines import without
from services.enrolment.storage.sealed_rows import ChunkPlace, SealedChunk, SealedRows
from services.enrolment.storage.tables.files import ADMISSION_CHUNK
from services.enrolment.storage.tables.programme import ADMISSION, CARD

C, A = ADMISSION_CHUNK.c, ADMISSION.c


class FileTraceStore:
    """The chunks of files, as far as they tell of somebody."""

    def __init__(self, database: Database, *, seal: Seal) -> None:
        self._database = database
        self.sealed_rows = SealedRows(seal)

    def candidates_after(
        self, connection: sa.Connection, place: ChunkPlace | None
    ) -> SealedChunk | None:
        """Read the next chunk of candidates that wait to be judged, of whatever file, sealed."""
        query = sa.select(C.file_id, C.first_row, C.candidates).where(C.candidates.is_not(None))
        if place is not None:
            later = (C.file_id == place.file_id) & (C.first_row > place.first_row)
            query = query.where(C.file_id >= place.file_id, later | (C.file_id > place.file_id))
        query = query.order_by(C.file_id, C.first_row).limit(1)
        row = connection.execute(query).one_or_none()
        return row and SealedChunk(row.file_id, row.first_row, row.candidates, None)

    def results_of_cards(
        self, connection: sa.Connection, card_refs: Sequence[str]
    ) -> list[ChunkPlace]:
        """Return which chunks tell the numbers of cards that were awarded from files."""
        query = (
            sa.select(C.file_id, C.first_row)
            .distinct()
            .join(ADMISSION, A.file_id == C.file_id)
            .join(CARD, CARD.c.admission_id == A.admission_id)
            .where(self._database.is_among(CARD.c.card_ref))
            .where(C.admission_id == A.admission_id, C.results.is_not(None))
        )
        rows = connection.execute(query, {"keys": self._database.keys(card_refs)})
        return [ChunkPlace(row.file_id, row.first_row) for row in rows]

    def erase_candidate(self, connection: sa.Connection, place: ChunkPlace, nik: str) -> None:
        """Destroy what a chunk of a locked file tells of a person who waits in it."""
        chunk = self._chunk(connection, place, C.candidates)
        if chunk is not None:
            lines = without(self.sealed_rows.open_lines(chunk), nik)
            sealed = self.sealed_rows.close_lines(lines, *place)
            self._save_chunk(connection, place, candidates=sealed)

    def erase_cards(
        self, connection: sa.Connection, place: ChunkPlace, card_numbers: Collection[str]
    ) -> None:
        """Destroy what the results of a chunk of a locked file tell of cards."""
        chunk = self._chunk(connection, place, C.results)
        if chunk is not None:
            results = without_cards(self.sealed_rows.open_results(chunk), card_numbers)
            sealed = self.sealed_rows.close_results(results, *place)
            self._save_chunk(connection, place, results=sealed)

    def _chunk(
        self, connection: sa.Connection, place: ChunkPlace, column: sa.Column[str]
    ) -> SealedChunk | None:
        query = sa.select(column).where(C.file_id == place.file_id, C.first_row == place.first_row)
        sealed = connection.execute(query).scalar_one_or_none()
        return None if sealed is None else SealedChunk(*place, sealed, None)

    def _save_chunk(self, connection: sa.Connection, place: ChunkPlace, **sealed: str) -> None:
        connection.execute(
            sa.update(ADMISSION_CHUNK)
            .where(C.file_id == place.file_id, C.first_row == place.first_row)
            .values(**sealed)
        )
