"""The lines of a file of candidates: one candidate each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from services.enrolment.domain.csv_lines import FileForm, Unreadable, Values, csv_lines
from vocabulary.refusals.admission import CandidateFileFaulty

COLUMNS = ("nik", "family_card", "name", "birth_date", "regency", "cluster", "scheme")
MOST_ROWS = 1_000_000
LONGEST_LINE = 1_000
"""Bytes; the longest candidate that can stand takes about six hundred."""

ERASED: tuple[str, ...] = ()
_BETWEEN_DIGITS = {ord(sign): None for sign in " .-_/,'\t\u00a0"}

_FORM = FileForm(COLUMNS, LONGEST_LINE, MOST_ROWS, "candidate", "candidates", CandidateFileFaulty)


@dataclass(frozen=True, slots=True)
class CandidateLine:
    """A line with a candidate: its number in the file, and its values, or why they cannot be told.

    `ERASED` stands where the person in it was erased.
    """

    number: int
    values: Values = field(repr=False)


def candidate_lines(blocks: Iterable[bytes], *, most: int = MOST_ROWS) -> Iterator[CandidateLine]:
    """Yield the candidates of a file. Raises `CandidateFileFaulty` as `csv_lines` says."""
    for number, values in csv_lines(blocks, replace(_FORM, most_rows=most)):
        yield CandidateLine(number, values)


def without(lines: Sequence[CandidateLine], nik: str) -> list[CandidateLine]:
    """Return lines with the values gone of those that name a NIK, however it is spelt."""
    return [replace(line, values=ERASED) if _names(line, nik) else line for line in lines]


def _names(line: CandidateLine, nik: str) -> bool:
    if isinstance(line.values, Unreadable):
        return False
    return nik in "|".join(line.values).translate(_BETWEEN_DIGITS)
