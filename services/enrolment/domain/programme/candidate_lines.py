"""Reading a file of candidates as it comes: one candidate a line, in UTF-8, under a header that never differs.

Whatever is wrong with the file as such refuses it whole, by the line at which it was met; what is wrong with one
candidate is told with that candidate. A line is a row: no value holds a line break, so nothing that is wrong in one
line reaches into another.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from vocabulary.refusals import CandidateFileFaulty

COLUMNS = ("nik", "family_card", "name", "birth_date", "regency", "cluster", "scheme")
MOST_ROWS = 1_000_000
LONGEST_LINE = 1_000
"""Bytes; the longest candidate that can stand takes about six hundred."""

_HEADER = ",".join(COLUMNS)
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class CandidateLine:
    """A line with a candidate: its number in the file, and its values; None where they cannot be told apart."""

    number: int
    values: tuple[str, ...] | None = field(repr=False)


def candidate_lines(blocks: Iterable[bytes], *, most: int = MOST_ROWS) -> Iterator[CandidateLine]:
    """Yield the candidates of a file; empty lines are passed over.

    Raises `CandidateFileFaulty` for a file that is none, at the first line by which that is seen.
    """
    numbered = enumerate(_lines(blocks), start=1)
    _check_header(next(numbered, (1, b""))[1])
    count = 0
    for number, line in numbered:
        if not line:
            continue
        count += 1
        if count > most:
            raise _faulty(f"A file holds at most {most:,} candidates.", number)
        yield CandidateLine(number, _values(_decoded(line, number)))
    if not count:
        raise _faulty("There is no candidate below the header.", 1)


def _lines(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield lines without their ends, however the blocks fall. Raises `CandidateFileFaulty` where one is too long."""
    number, rest = 0, b""
    for block in blocks:
        *whole, rest = (rest + block).split(b"\n")
        for line in whole:
            number += 1
            yield _bounded(line, number)
        _bounded(rest, number + 1)
    if rest:
        yield _bounded(rest, number + 1)


def _bounded(line: bytes, number: int) -> bytes:
    if len(line) > LONGEST_LINE:
        raise _faulty(f"A line is at most {LONGEST_LINE:,} bytes long.", number)
    return line.removesuffix(b"\r")


def _check_header(line: bytes) -> None:
    if line.startswith(_UTF_16):
        raise _faulty("This is UTF-16. Save the file as CSV in UTF-8.", 1)
    names = _values(_decoded(line.removeprefix(codecs.BOM_UTF8), 1))
    if names != COLUMNS:
        raise _faulty(f"The first line has to be {_HEADER}, with commas between the names.", 1)


def _decoded(line: bytes, number: int) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        raise _faulty("This is not UTF-8. Save the file as CSV in UTF-8.", number) from None


def _values(line: str) -> tuple[str, ...] | None:
    """Return the values of a line, or None where a quote is open at its end or stands where none may."""
    try:
        (values,) = csv.reader([line], strict=True)
    except (csv.Error, ValueError):
        return None
    return tuple(values)


def _faulty(what: str, number: int) -> CandidateFileFaulty:
    return CandidateFileFaulty(f"Line {number}: {what} Nothing was kept.", facts={"line": number})
