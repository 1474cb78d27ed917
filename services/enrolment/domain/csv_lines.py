"""Reading a CSV file as it comes: one row a line, in UTF-8, under a header that never differs.

Whatever is wrong with the file as such refuses it whole, by the line at which it was met; what is wrong with one row,
bytes that are no UTF-8 as well, is told with that row. A line is a row: no value holds a line break, so nothing that is
wrong in one line reaches into another.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from chassis.problems import Problem


class Unreadable(StrEnum):
    """Why a line has no values."""

    QUOTE = "quote"
    ENCODING = "encoding"

    @property
    def fault(self) -> str:
        """Say it to whoever sent the line, and repeat nothing of it."""
        return _FAULTS[self]


_FAULTS = {
    Unreadable.QUOTE: "A quote is open at the end of the line, or stands where none may.",
    Unreadable.ENCODING: "This line is not UTF-8. Save the file as CSV in UTF-8.",
}
Values = tuple[str, ...] | Unreadable
"""The values of a line, or why they cannot be told."""

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class FileForm:
    """What a file has to be like: its columns, how long a line in bytes, how many rows, what these are (one, many)."""

    columns: tuple[str, ...]
    longest_line: int
    most_rows: int
    row: str
    rows: str
    faulty: type[Problem]

    def refusal(self, what: str, number: int) -> Problem:
        """Return the refusal of the whole file, by the line at which it was met."""
        return self.faulty(f"Line {number}: {what} Nothing was kept.", facts={"line": number})


def csv_lines(blocks: Iterable[bytes], form: FileForm) -> Iterator[tuple[int, Values]]:
    """Yield the number and the values of each line below the header; empty lines are passed over.

    Raises what `form.faulty` says for a file that is none, at the first line by which that is seen.
    """
    numbered = enumerate(_lines(blocks, form), start=1)
    _check_header(next(numbered, (1, b""))[1], form)
    count = 0
    for number, line in numbered:
        if not line:
            continue
        count += 1
        if count > form.most_rows:
            raise form.refusal(f"A file holds at most {form.most_rows:,} {form.rows}.", number)
        yield number, _values(line)
    if not count:
        raise form.refusal(f"There is no {form.row} below the header.", 1)


def _lines(blocks: Iterable[bytes], form: FileForm) -> Iterator[bytes]:
    """Yield lines without their ends, however the blocks fall; refuse one that is too long."""
    number, rest = 0, b""
    for block in blocks:
        *whole, rest = (rest + block).split(b"\n")
        for line in whole:
            number += 1
            yield _bounded(line, number, form)
        _bounded(rest, number + 1, form)
    if rest:
        yield _bounded(rest, number + 1, form)


def _bounded(line: bytes, number: int, form: FileForm) -> bytes:
    if len(line) > form.longest_line:
        raise form.refusal(f"A line is at most {form.longest_line:,} bytes long.", number)
    return line.removesuffix(b"\r")


def _check_header(line: bytes, form: FileForm) -> None:
    if line.startswith(_UTF_16):
        raise form.refusal("This is UTF-16. Save the file as CSV in UTF-8.", 1)
    values = _values(line.removeprefix(codecs.BOM_UTF8))
    if values == form.columns:
        return
    if values is Unreadable.ENCODING:
        raise form.refusal("This is not UTF-8. Save the file as CSV in UTF-8.", 1)
    between = ", with commas between the names" if len(form.columns) > 1 else ""
    raise form.refusal(f"The first line has to be {','.join(form.columns)}{between}.", 1)


def _values(line: bytes) -> Values:
    """Return the values of a line, or why there are none."""
    try:
        (values,) = csv.reader([line.decode("utf-8")], strict=True)
    except UnicodeDecodeError:
        return Unreadable.ENCODING
    except (csv.Error, ValueError):
        return Unreadable.QUOTE
    return tuple(values)
