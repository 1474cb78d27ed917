"""The lines of a file of people who may hold no card: one NIK each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from services.enrolment.domain.csv_lines import FileForm, Unreadable, Values, csv_lines
from vocabulary.nik import ImpossibleNik, NotSixteenDigits, parse_nik
from vocabulary.refusals.exclusion import ExclusionFileFaulty

COLUMNS = ("nik",)
MOST_ROWS = 7_000_000
LONGEST_LINE = 200
"""Bytes; a NIK has sixteen. What is longer is another file."""

_FORM = FileForm(COLUMNS, LONGEST_LINE, MOST_ROWS, "NIK", "NIKs", ExclusionFileFaulty)


@dataclass(frozen=True, slots=True)
class ListedLine:
    """A line with a NIK, or with what is wrong with it, which repeats nothing of it."""

    number: int
    nik: str | None = field(default=None, repr=False)
    fault: str | None = None


def listed_lines(
    blocks: Iterable[bytes], *, takes_test_numbers: bool, most: int = MOST_ROWS
) -> Iterator[ListedLine]:
    """Yield the rows of a file, each with its NIK or its fault. Raises `ExclusionFileFaulty` as `csv_lines` says."""
    for number, values in csv_lines(blocks, replace(_FORM, most_rows=most)):
        yield _read(number, values, takes_test_numbers=takes_test_numbers)


def _read(number: int, values: Values, *, takes_test_numbers: bool) -> ListedLine:
    if isinstance(values, Unreadable):
        return ListedLine(number, fault=values.fault)
    if len(values) != len(COLUMNS):
        return ListedLine(number, fault=f"This line has {len(values)} values, where one is due.")
    try:
        nik = parse_nik(values[0], allow_test_numbers=takes_test_numbers)
    except (NotSixteenDigits, ImpossibleNik) as error:
        return ListedLine(number, fault=str(error))
    return ListedLine(number, nik=nik.number)
