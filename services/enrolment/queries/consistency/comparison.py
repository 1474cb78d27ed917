"""Comparing what rows say with what stands elsewhere, in SQL, a range of keys at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import sqlalchemy as sa

from chassis.column_types import Identifier
from chassis.identifiers import is_id
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.storage.tables.journal import JOURNAL

AWARD = EntryKind.CARD_AWARDED
CONFIRMED = EntryKind.ENROLMENT_CONFIRMED
WAITLISTED = EntryKind.ENROLMENT_WAITLISTED
OFFERED = EntryKind.ENROLMENT_OFFERED
RELEASED = EntryKind.ENROLMENT_RELEASED
OF_PLACE = (WAITLISTED, OFFERED, RELEASED)
REDEEMED = EntryKind.ENROLMENT_REDEEMED
CANCELLED = EntryKind.ENROLMENT_CANCELLED
CORRECTED = EntryKind.CORRECTION_APPROVED
EMPTIES = (EntryKind.CARD_EXPIRED, EntryKind.CARD_REVOKED, EntryKind.CARD_WITHDRAWN)
"""A card ended, and what was on it went back to the State."""
ENDED = (
    EntryKind.ENROLMENT_COMPLETED,
    EntryKind.ENROLMENT_INCOMPLETE,
    EntryKind.ENROLMENT_NO_SHOW,
)
"""A training ended by its evidence; what was set aside may have gone back to the State."""
VOIDED = EntryKind.ENROLMENT_VOIDED
REVIEWED = EntryKind.ENROLMENT_REVIEWED
TELLS_ATTENDANCE = (EntryKind.ATTENDANCE_RECORDED, EntryKind.ATTENDANCE_CORRECTED)
INCENTIVES = (EntryKind.INCENTIVE_DUE, EntryKind.INCENTIVE_WITHDRAWN)
"""Money that the State owes a holder beside the card: what is on the card stays as it is."""
MOVES_MONEY = (AWARD, CONFIRMED, CANCELLED, CORRECTED, *EMPTIES, *ENDED, VOIDED, *INCENTIVES)
OF_CORRECTION = (
    EntryKind.CORRECTION_PROPOSED,
    EntryKind.CORRECTION_APPROVED,
    EntryKind.CORRECTION_REFUSED,
    EntryKind.CORRECTION_WITHDRAWN,
)
OF_APPLICATION = (
    EntryKind.APPLICATION_MADE,
    EntryKind.APPLICATION_WITHDRAWN,
    EntryKind.APPLICATION_JUDGED,
    EntryKind.APPLICATION_ERASED,
)
OF_CASE = (
    EntryKind.EXCLUSION_CASE_OPENED,
    EntryKind.EXCLUSION_CASE_UPHELD,
    EntryKind.EXCLUSION_CASE_APPEALED,
    EntryKind.EXCLUSION_CASE_FINAL,
    EntryKind.EXCLUSION_CASE_DISMISSED,
    EntryKind.EXCLUSION_CASE_GRANTED,
    EntryKind.EXCLUSION_CASE_LAPSED,
    EntryKind.CARD_REVOKED,
)
MOVES_SEATS = (CONFIRMED, CANCELLED)
MOVED = EntryKind.CLASS_MOVED
OF_ENROLMENT = (CONFIRMED, REDEEMED, CANCELLED, *ENDED, VOIDED)

ENTRY = JOURNAL.entry
Expression = sa.ColumnElement[Any]


class Pair(NamedTuple):
    """Two values that must be the same: one of the row, one of what stands elsewhere; null equals null."""

    what: str
    ours: Expression
    theirs: Expression


@dataclass(frozen=True)
class Comparison:
    """Rows that are walked by their key and counted under a name, and what of each must agree with what.

    Whatever stands elsewhere is looked up row by row, by an index, in subqueries that cannot become joins: no plan
    reads a whole table for one range, however large the tables are or were when the plan was made. Entries of one card
    are few and those of a class may be many: where both are asked for, the card's index serves. `at_once` is how
    many rows a range has. `made_later` makes pairs that hang on the rules, whose files are read as a service starts.
    """

    counted: str
    key: sa.Column[Any]
    pairs: tuple[Pair, ...]
    at_once: int = 2_000
    made_later: tuple[Callable[[], Pair], ...] = ()

    @cached_property
    def every_pair(self) -> tuple[Pair, ...]:
        """Return what must agree, also what had to be made later."""
        return (*self.pairs, *(make() for make in self.made_later))

    def differing(self) -> sa.Select[Any]:
        """Return the query for rows from `:first` to `:last` of which any pair differs, with all its values."""
        columns = [
            column
            for place, pair in enumerate(self.every_pair)
            for column in (
                pair.ours.label(f"ours_{place}"),
                pair.theirs.label(f"theirs_{place}"),
            )
        ]
        first, last = (sa.bindparam(name, type_=self.key.type) for name in ("first", "last"))
        return (
            sa.select(self.key.label("key"), *columns)
            .where(self.key >= first, self.key <= last)
            .where(sa.or_(*[pair.ours.is_distinct_from(pair.theirs) for pair in self.every_pair]))
            .order_by(self.key)
        )

    def differences(self, row: sa.Row[Any]) -> list[dict[str, Any]]:
        """Name each pair of a row that differs."""
        values = row._mapping
        sides = [
            (pair.what, values[f"ours_{place}"], values[f"theirs_{place}"])
            for place, pair in enumerate(self.every_pair)
        ]
        return [
            {"what": what, "id": row.key, "table": ours, "entries": theirs}
            for what, ours, theirs in sides
            if ours != theirs
        ]

    def is_key(self, text: str) -> bool:
        """Tell whether a text can be a key of these rows."""
        if self._is_walked_by_id:
            return is_id(text)
        return text.isascii() and text.isdigit() and len(text) < 16

    def read_key(self, text: str) -> str | int:
        """Return the key that such a text stands for."""
        return text if self._is_walked_by_id else int(text)

    @property
    def _is_walked_by_id(self) -> bool:
        return isinstance(self.key.type, Identifier)


def count(rows: sa.FromClause, *conditions: Expression, of: sa.FromClause) -> Expression:
    """Return how many rows meet the conditions, for each row of the table `of`."""
    query = sa.select(sa.func.count()).select_from(rows).where(*conditions)
    return query.correlate(of).scalar_subquery()


def value(fact: Expression, *conditions: Expression, of: sa.FromClause) -> Expression:
    """Return a fact of the one row that meets the conditions, for each row of the table `of`."""
    return sa.select(fact).where(*conditions).correlate(of).scalar_subquery()


def latest(
    fact: Expression,
    *conditions: Expression,
    of: sa.FromClause,
    entries: sa.FromClause = ENTRY,
) -> Expression:
    """Return a fact of the last entry that meets the conditions, for each row of the table `of`."""
    query = sa.select(fact).where(*conditions).order_by(entries.c.position.desc()).limit(1)
    return query.correlate(of).scalar_subquery()


def where(condition: Expression, fact: Expression) -> Expression:
    """Return a fact where a condition holds, else null: pairs whose both sides are null agree."""
    return sa.case((condition, fact))
