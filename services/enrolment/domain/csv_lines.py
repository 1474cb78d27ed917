"""Reading a CSV file as it comes: one row a line, in UTF-8, under a header that never differs.

Whatever is wrong with the file as such refuses it whole, by the line at which it was met; what is wrong with one row is
told with that row. A line is a row: no value holds a line break, so nothing that is wrong in one line reaches into
another.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chassis.problems import Problem

Values = tuple[str, ...] | None
"""The values of a line; None where they cannot be told apart."""

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
        yield number, _values(_decoded(line, number, form))
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
    if _values(_decoded(line.removeprefix(codecs.BOM_UTF8), 1, form)) == form.columns:
        return
    between = ", with commas between the names" if len(form.columns) > 1 else ""
    raise form.refusal(f"The first line has to be {','.join(form.columns)}{between}.", 1)


def _decoded(line: bytes, number: int, form: FileForm) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        raise form.refusal("This is not UTF-8. Save the file as CSV in UTF-8.", number) from None


def _values(line: str) -> Values:
    """Return the values of a line, or None where a quote is open at its end or stands where none may."""
    try:
        (values,) = csv.reader([line], strict=True)
    except (csv.Error, ValueError):
        return None
    return tuple(values)
