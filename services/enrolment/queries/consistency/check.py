"""Walk all tables and the journal, range by range, and say where they differ.

Each comparison of a row is part of one statement and so sees one state, in which a row and the entry that tells of it
stand together; what is changed meanwhile, by however many callers, makes no difference. A range is a transaction of
its own, of a fraction of a second. What a range finds is compared once more, by itself, before it is told.
In memory there is never more than one range of keys.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa

from chassis.database import Database
from chassis.faults import Fault, fault_of
from chassis.journal import Journal
from chassis.pagination import Place
from services.enrolment.queries.consistency.account_days import ACCOUNT_DAYS
from services.enrolment.queries.consistency.admission_files import ADMISSION_FILES
from services.enrolment.queries.consistency.admissions import ADMISSIONS
from services.enrolment.queries.consistency.cards import CARDS
from services.enrolment.queries.consistency.classes import CLASSES
from services.enrolment.queries.consistency.comparison import ENTRY, Comparison
from services.enrolment.queries.consistency.corrections import CORRECTIONS
from services.enrolment.queries.consistency.draws import APPLICATIONS, DRAWS
from services.enrolment.queries.consistency.enrolments import ENROLMENTS
from services.enrolment.queries.consistency.entries import ENTRIES
from services.enrolment.queries.consistency.evidence import EVIDENCES
from services.enrolment.queries.consistency.exclusion_cases import EXCLUSION_CASES
from services.enrolment.queries.consistency.exclusion_lists import EXCLUSION_LISTS
from services.enrolment.queries.consistency.incentives import INCENTIVES_DUE
from services.enrolment.queries.consistency.movements import MOVEMENTS
from services.enrolment.queries.consistency.places import PLACES
from services.enrolment.queries.consistency.quotas import QUOTAS
from services.enrolment.queries.consistency.suppressions import SUPPRESSIONS
from services.enrolment.queries.consistency.suspensions import SUSPENSIONS
from services.enrolment.queries.consistency.waves import WAVES

MOST_TOLD = 100
LONGEST = 60.0
"""Seconds after which an answer is given with what was found so far, and where to go on."""

Differences = list[dict[str, Any]]
WALKED = (
    WAVES,
    QUOTAS,
    ADMISSIONS,
    ADMISSION_FILES,
    DRAWS,
    APPLICATIONS,
    CLASSES,
    SUSPENSIONS,
    CARDS,
    SUPPRESSIONS,
    ENROLMENTS,
    PLACES,
    EVIDENCES,
    MOVEMENTS,
    CORRECTIONS,
    INCENTIVES_DUE,
    ACCOUNT_DAYS,
    EXCLUSION_LISTS,
    EXCLUSION_CASES,
    ENTRIES,
)


class Stage(NamedTuple):
    """How far a walk came: in which comparison, and after which key (None: before the first)."""

    counted: str
    key: str | None


FROM_THE_START = Place("everything", None)
_BEGINNING = Stage(WALKED[0].counted, None)


def is_stage(text: str) -> bool:
    """Tell whether a text is such as `_key_of` makes."""
    counted, _, key = text.partition(" ")
    return any(one.counted == counted and one.is_key(key) for one in WALKED)


def _stage_at(place: Place) -> Stage:
    if place.after is None:
        return _BEGINNING
    counted, _, key = place.after.partition(" ")
    return Stage(counted, key)


def _key_of(stage: Stage) -> str:
    return f"{stage.counted} {stage.key}"


def check_consistency(
    database: Database,
    journal: Journal,
    *,
    place: Place = FROM_THE_START,
    seconds: float = LONGEST,
    clock: Callable[[], float] = time.monotonic,
) -> dict[str, Any]:
    """Return `{checked, differences, truncated, next_cursor}`; no difference means that tables and entries agree.

    It stops after `MOST_TOLD` differences or so many seconds with `truncated` true; `next_cursor` then says where to go
    on, and `checked` how much was compared this time.
    """
    stop_at = clock() + seconds
    checked = dict.fromkeys([comparison.counted for comparison in WALKED], 0)
    differences: Differences = []
    for stage, count, found in _Walk(database, journal).steps(_stage_at(place)):
        checked[stage.counted] += count
        differences += found
        if len(differences) >= MOST_TOLD or clock() >= stop_at:
            return _report(checked, differences, next_cursor=place.cursor(_key_of(stage)))
    return _report(checked, differences, next_cursor=None)


def _report(
    checked: dict[str, int], differences: Differences, *, next_cursor: str | None
) -> dict[str, Any]:
    return {
        "checked": checked,
        "differences": differences,
        "truncated": next_cursor is not None,
        "next_cursor": next_cursor,
    }


class _Walk:
    """One walk through everything, in steps: how far it came, how many rows were compared, what was found."""

    def __init__(self, database: Database, journal: Journal) -> None:
        self._database = database
        self._journal = journal

    def steps(self, start: Stage) -> Iterator[tuple[Stage, int, Differences]]:
        names = [comparison.counted for comparison in WALKED]
        for comparison in WALKED[names.index(start.counted) :]:
            key = start.key if comparison.counted == start.counted else None
            after = None if key is None else comparison.read_key(key)
            yield from self._compared(comparison, after)

    def _compared(
        self, comparison: Comparison, after: str | int | None
    ) -> Iterator[tuple[Stage, int, Differences]]:
        name = comparison.counted
        for first, last, count, found in self._ranges(comparison, after):
            # A row at a time, so that a walk which stops in the middle of a range goes on there.
            for key, differences in [*found, *self._differences(comparison, first, last)]:
                yield Stage(name, str(key)), 0, differences
            yield Stage(name, str(last)), count, []

    def _ranges(
        self, comparison: Comparison, after: str | int | None
    ) -> Iterator[tuple[Any, Any, int, list[tuple[Any, Differences]]]]:
        if comparison is ENTRIES:
            yield from self._positions(int(after or 0))
            return
        while keys := self._keys(comparison, after):
            yield keys[0], keys[-1], len(keys), []
            after = keys[-1]

    def _keys(self, comparison: Comparison, after: str | int | None) -> list[Any]:
        query = sa.select(comparison.key).order_by(comparison.key).limit(comparison.at_once)
        if after is not None:
            query = query.where(comparison.key > after)
        with self._database.reading() as connection:
            return list(connection.execute(query).scalars())

    def _positions(
        self, after: int
    ) -> Iterator[tuple[int, int, int, list[tuple[int, Differences]]]]:
        """Yield ranges of the journal up to where it ends now, with the entries that are missing in each."""
        with self._database.reading() as connection:
            end = self._journal.head(connection).size
            last = connection.execute(sa.select(sa.func.max(ENTRY.c.position))).scalar() or 0
        for begin in range(after, end, ENTRIES.at_once):
            until = min(begin + ENTRIES.at_once, end)
            missing = self._missing(begin, until)
            yield begin + 1, until, until - begin - len(missing), [*map(_gap, missing)]
        if last > max(end, after):
            surplus = {"what": "journal size", "id": last, "table": end, "entries": last}
            yield last, last, 0, [(last, [surplus])]

    def _missing(self, after: int, until: int) -> list[int]:
        position = ENTRY.c.position
        query = sa.select(position).where(position > after, position <= until)
        with self._database.reading() as connection:
            there = set(connection.execute(query).scalars())
        return sorted(set(range(after + 1, until + 1)) - there)

    def _differences(
        self, comparison: Comparison, first: Any, last: Any
    ) -> Iterator[tuple[Any, Differences]]:
        try:
            suspects = [row.key for row in self._rows(comparison, first, last)]
        except sa.exc.DBAPIError as error:
            if fault_of(error) is not Fault.PERMANENT:
                raise
            # An entry that is no JSON, or an id in it that is none, cannot even be compared.
            what = f"unreadable among {comparison.counted}"
            yield last, [{"what": what, "id": first, "until": last}]
            return
        for key in suspects:
            for row in self._rows(comparison, key, key):
                yield key, comparison.differences(row)

    def _rows(self, comparison: Comparison, first: Any, last: Any) -> list[sa.Row[Any]]:
        with self._database.reading() as connection:
            bounds = {"first": first, "last": last}
            return list(connection.execute(comparison.differing(), bounds))


def _gap(position: int) -> tuple[int, Differences]:
    return position, [{"what": "missing entry", "id": position, "table": 1, "entries": 0}]
