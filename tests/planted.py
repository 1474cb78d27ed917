"""Numbers that must stand nowhere in the clear: many at once, looked for in one pass over each text.

Every run of digits is taken out of a text, with whatever people write between groups of them, and its windows of
sixteen are compared with what was planted: the time hangs on the text, not on how many numbers there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from chassis.database import Database

LENGTH = 16
_SIGN = r"(?:[ .,_/+\u00a0\u2009-]|%2[0BDEF]|%C2%A0)"
_RUN = re.compile(rf"[0-9](?:{_SIGN}?[0-9]){{15,}}", re.IGNORECASE)
_BETWEEN = re.compile(rf"{_SIGN}", re.IGNORECASE)

TOLD = (
    *("/admission-files", "/admissions", "/consistency", "/corrections", "/enrolments"),
    *("/exclusion-cases", "/exclusion-lists", "/pauses", "/quotas", "/readings", "/waves"),
    *(f"/overdue?actor={actor}" for actor in ("holder", "provider", "operator")),
    *(f"/reports/realisation?by={by}" for by in ("wave", "province", "regency", "cluster")),
    *("/reports/assistance?by=regency", "/reports/quotas", "/statements/days"),
)
"""What auditors are told of everybody at once."""

AS_CSV = ("/reports/assistance?by=regency", "/reports/quotas")


@dataclass(frozen=True)
class Planted:
    """Numbers of sixteen digits, each of which was given to the system somewhere."""

    numbers: set[str] = field(default_factory=set)

    def plant(self, numbers: Iterable[str]) -> None:
        """Remember numbers that are given to the system."""
        self.numbers.update(numbers)

    def found(self, text: str) -> set[str]:
        """Return which of the numbers stand in a text: as they are, in groups, or as an address spells them."""
        return {window for window in _windows(text) if window in self.numbers}


def _windows(text: str) -> Iterator[str]:
    for run in _RUN.finditer(text):
        digits = _BETWEEN.sub("", run[0])
        for start in range(len(digits) - LENGTH + 1):
            yield digits[start : start + LENGTH]


def at_rest(address: str) -> str:
    """Return everything that a database keeps, as text: the bytes of a file, or every row of every table."""
    url = sa.make_url(address)
    if url.get_backend_name() == "sqlite":
        file = Path(str(url.database))
        parts = [file, *file.parent.glob(f"{file.name}-*")]
        return "".join(part.read_bytes().decode("latin-1") for part in parts)
    database = Database(address, pool_size=1)
    try:
        with database.reading() as connection:
            tables = sa.inspect(connection).get_table_names()
            whole_row: sa.ColumnElement[str] = sa.literal_column("t::text")
            queries = [sa.select(whole_row).select_from(sa.table(t).alias("t")) for t in tables]
            rows = [row for query in queries for row in connection.execute(query).scalars()]
    finally:
        database.dispose()
    return "\n".join(rows)
