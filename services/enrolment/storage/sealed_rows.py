"""Rows of a file of candidates as they are kept: sealed, each chunk for its own place only."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from chassis.sealing import Seal
from services.enrolment.domain.csv_lines import Unreadable, Values
from services.enrolment.domain.programme.admission_file import RowResult
from services.enrolment.domain.programme.candidate_lines import CandidateLine


@dataclass(frozen=True, slots=True)
class SealedChunk:
    """Some rows of a file, readable by nobody yet.

    `admission_id` is that of those who were admitted, `rule_version` that of the rules which judged them all.
    """

    file_id: str
    first_row: int
    sealed: str = field(repr=False)
    admission_id: str | None
    rule_version: str | None = None


class ChunkPlace(NamedTuple):
    """Where a chunk stands: in which file, from which row on."""

    file_id: str
    first_row: int


class SealedRows:
    """Seals and opens the rows of a chunk. What was sealed for one chunk opens in no other."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal

    def open_under_this_key(self, chunk: SealedChunk, *, judged: bool) -> bool:
        """Tell whether a chunk opens: of candidates, or of what became of them."""
        what = "results" if judged else "candidates"
        return self._seal.opens(
            chunk.sealed, context=_context(what, chunk.file_id, chunk.first_row)
        )

    def close_lines(self, lines: Sequence[CandidateLine], file_id: str, first_row: int) -> str:
        """Seal candidates as they were sent."""
        rows = [(line.number, line.values) for line in lines]
        return self._close(rows, _context("candidates", file_id, first_row))

    def open_lines(self, chunk: SealedChunk) -> list[CandidateLine]:
        """Make candidates readable, to be judged."""
        opened = self._seal.open(
            chunk.sealed, context=_context("candidates", chunk.file_id, chunk.first_row)
        )
        return [CandidateLine(number, _values(told)) for number, told in json.loads(opened)]

    def close_results(self, results: Sequence[RowResult], file_id: str, first_row: int) -> str:
        """Seal what became of candidates: it holds the numbers of their cards."""
        rows = [(one.line, one.card_number, one.code, one.detail, one.quota_id) for one in results]
        return self._close(rows, _context("results", file_id, first_row))

    def open_results(self, chunk: SealedChunk) -> list[RowResult]:
        """Make results readable, once the reading is recorded and committed."""
        opened = self._seal.open(
            chunk.sealed, context=_context("results", chunk.file_id, chunk.first_row)
        )
        return [RowResult(*row) for row in json.loads(opened)]

    def _close(self, rows: object, context: str) -> str:
        text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
        return self._seal.close(text, context=context)


def _values(told: list[str] | str | None) -> Values:
    """Read the values of a line as they were sealed; releases before told of no other fault than a quote, by null."""
    if told is None:
        return Unreadable.QUOTE
    return Unreadable(told) if isinstance(told, str) else tuple(told)


def _context(what: str, file_id: str, first_row: int) -> str:
    return f"admission-file {what} {file_id} {first_row}"
