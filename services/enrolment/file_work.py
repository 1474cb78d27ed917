"""What the worker does with files of candidates: a chunk of each at a time, so that others have their turn between."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from chassis.identifiers import random_reference
from chassis.transaction import Transactions
from chassis.worker import in_turn
from services.enrolment.api.candidates import read_line
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.programme.admit_candidates import PausedMeanwhile
from services.enrolment.use_cases.programme.admit_next_chunk import ReadChunk, admit_next_chunk
from services.enrolment.use_cases.programme.forget_admission_file import (
    files_to_forget,
    forget_admission_file,
)
from services.enrolment.use_cases.programme.receive_admission_file import (
    abandoned_files,
    discard_incomplete,
)

BETWEEN_CHUNKS = 0.08
"""Seconds in which nobody waits for a file: about as long as a chunk takes, so that others have half of the time."""


@dataclass(frozen=True)
class FileWork:
    """Admits files, and forgets what is kept no longer. Any number of workers may do so at once."""

    stores: Stores
    transactions: Transactions
    takes_test_numbers: bool

    def admit_some(self) -> int:
        """Admit the next chunk of each file whose wave has opened; return how many rows are done."""
        with self.stores.database.reading() as connection:
            file_ids = self.stores.admission_files.to_admit(connection)
        return in_turn(file_ids, self._admit_chunk)

    def tidy_up(self) -> int:
        """Remove what was never received to its end, and results that were kept long enough; return how many files."""
        with self.stores.database.reading() as connection:
            abandoned = abandoned_files(connection, stores=self.stores)
            old = files_to_forget(connection, stores=self.stores)
        return in_turn(abandoned, self._discard) + in_turn(old, self._forget)

    def _admit_chunk(self, file_id: str) -> int:
        chunk = self._next_chunk(file_id)
        if chunk is None:
            return 0
        admit = partial(
            admit_next_chunk, chunk=chunk, request_id=random_reference(), stores=self.stores
        )
        try:
            return self.transactions.run(admit, repeatable=True)
        except PausedMeanwhile:
            return 0

    def _next_chunk(self, file_id: str) -> ReadChunk | None:
        """Read the rows that come next, before anybody is kept waiting by a lock."""
        files = self.stores.admission_files
        with self.stores.database.reading() as connection:
            sealed = files.next_chunk(connection, file_id)
        if sealed is None:
            return None
        rows = [
            (line.number, read_line(line.values, takes_test_numbers=self.takes_test_numbers))
            for line in files.sealed_rows.open_lines(sealed)
        ]
        return ReadChunk(file_id, sealed.first_row, sealed.sealed, rows)

    def _discard(self, file_id: str) -> int:
        discard = partial(discard_incomplete, file_id=file_id, stores=self.stores)
        self.transactions.run(discard, repeatable=True)
        return 1

    def _forget(self, file_id: str) -> int:
        forget = partial(
            forget_admission_file,
            file_id=file_id,
            request_id=random_reference(),
            stores=self.stores,
        )
        return self.transactions.run(forget, repeatable=True)
