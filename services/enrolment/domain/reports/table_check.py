"""What is wrong with a printed table of regencies and counts: a repeated label, a missing region, a total that is off.

In October 2022 a newspaper printed ten regencies of Bengkulu that add up to 197,092 under a stated total of 197,082,
with "Bengkulu Utara" twice and Bengkulu Tengah missing. Labels cannot carry such a table; codes can.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from vocabulary.region_labels import regencies_labelled
from vocabulary.regions import regencies_of


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """One row as it is printed."""

    label: str
    count: int


@dataclass(frozen=True, slots=True)
class MatchedRow:
    """A row whose label names one regency."""

    label: str
    code: str
    count: int


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A label that may stand for several regencies; its row is matched with none."""

    label: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableCheck:
    """What was found. `difference` is the sum of the rows less the stated total.

    `repeated` are labels of regencies that stand more than once, each label once; `missing` are the codes of the
    regencies that no row names.
    """

    sum: int
    stated_total: int
    difference: int
    matched: tuple[MatchedRow, ...]
    repeated: tuple[str, ...]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    ambiguous: tuple[Ambiguous, ...]


def check_table(rows: Sequence[PrintedRow], *, province: str, stated_total: int) -> TableCheck:
    """Check a table of a province's regencies. Raises `UnknownRegion` for the province."""
    meant = [(row, regencies_labelled(row.label, province=province)) for row in rows]
    matched = [
        MatchedRow(row.label, found[0].code, row.count) for row, found in meant if len(found) == 1
    ]
    times = Counter(row.code for row in matched)
    named = {regency.code for _, found in meant for regency in found}
    total = sum(row.count for row in rows)
    return TableCheck(
        sum=total,
        stated_total=stated_total,
        difference=total - stated_total,
        matched=tuple(matched),
        repeated=tuple(dict.fromkeys(row.label for row in matched if times[row.code] > 1)),
        missing=tuple(r.code for r in regencies_of(province) if r.code not in named),
        unknown=tuple(row.label for row, found in meant if not found),
        ambiguous=tuple(
            Ambiguous(row.label, tuple(r.code for r in found))
            for row, found in meant
            if len(found) > 1
        ),
    )
