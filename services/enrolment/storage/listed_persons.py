"""Who is on a list of people who may hold no card: the digest of each NIK, and the number itself nowhere.

The digest is made as that of persons is, so that a hit is a join.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from chassis.database import Database
from chassis.recordset import rows_parameter
from chassis.upsert import put_unless_there
from services.enrolment.domain.exclusion.exclusion_list import ListState
from services.enrolment.domain.exclusion.listing import Listings
from services.enrolment.storage.persons import Digests, Fingerprints
from services.enrolment.storage.tables.exclusions import EXCLUSION_LIST, LISTED_PERSON, REFUSED_LINE
from services.enrolment.storage.tables.programme import PERSON, SUPPRESSED_PERSON

L, N, R = EXCLUSION_LIST.c, LISTED_PERSON.c, REFUSED_LINE.c
P, S = PERSON.c, SUPPRESSED_PERSON.c
DISCARDED_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Searched:
    """Some persons, in the order of their cards' references, that were looked through: how many, and up to which.

    `listed` are the digests of those who are on the list, by the references of their cards.
    """

    persons: int
    last: str
    listed: dict[str, str]


class ListedPersonStore:
    """The tables of listed persons, and of lines that hold none."""

    def __init__(self, database: Database, *, fingerprints: Fingerprints) -> None:
        self._database = database
        self._fingerprints = fingerprints
        # Of an INSERT the count of rows is not kept once its cursor is closed, unless it is asked for.
        self._add = put_unless_there(database, LISTED_PERSON).execution_options(
            preserve_rowcount=True
        )
        refused = database.recordset({column.name: column.type for column in R})
        self._add_refused = sa.insert(REFUSED_LINE).from_select(
            [column.name for column in R], sa.select(*[refused.c[column.name] for column in R])
        )
        self._in_force = sa.select(L.people, L.number).where(L.state == ListState.IN_FORCE)
        self._groups = (
            sa.select(N.nik_digest, L.people)
            .join(EXCLUSION_LIST, L.list_id == N.list_id)
            .where(L.state == ListState.IN_FORCE, database.is_among(N.nik_digest))
        )
        self._listed = sa.select(N.nik_digest).where(
            N.list_id == sa.bindparam("list_id"), database.is_among(N.nik_digest)
        )

    def add(self, connection: sa.Connection, list_id: str, niks: Sequence[str]) -> int:
        """Add people to a list by their NIKs; return how many were not on it yet."""
        digests = sorted({self._fingerprints.nik(nik) for nik in niks})
        if not digests:
            return 0
        rows = [{"list_id": list_id, "nik_digest": digest} for digest in digests]
        return connection.execute(self._add, {"rows": rows_parameter(rows)}).rowcount

    def add_refused(
        self, connection: sa.Connection, list_id: str, faults: Sequence[tuple[int, str]]
    ) -> None:
        """Keep what is wrong with lines of a list's file."""
        rows = [{"list_id": list_id, "line": line, "fault": fault} for line, fault in faults]
        if rows:
            connection.execute(self._add_refused, {"rows": rows_parameter(rows)})

    def refused_after(
        self, connection: sa.Connection, list_id: str, line: int, *, limit: int
    ) -> list[tuple[int, str]]:
        """Read what is wrong with the lines after one."""
        query = (
            sa.select(R.line, R.fault)
            .where(R.list_id == list_id, R.line > line)
            .order_by(R.line)
            .limit(limit)
        )
        return [(row.line, row.fault) for row in connection.execute(query)]

    def listings(self, connection: sa.Connection, digests: Sequence[str]) -> Listings:
        """Read which lists are in force, and on which of them people are, by the digests of their NIKs."""
        numbers = {row.people: row.number for row in connection.execute(self._in_force)}
        groups: dict[str, list[str]] = {}
        if numbers and digests:
            keys = {"keys": self._database.keys(digests)}
            for row in connection.execute(self._groups, keys):
                groups.setdefault(row.nik_digest, []).append(row.people)
        return Listings(numbers, groups)

    def listed_among(
        self, connection: sa.Connection, list_id: str, digests: Sequence[str]
    ) -> set[str]:
        """Return which of these digests are on a list, in force or not."""
        values = {"list_id": list_id, "keys": self._database.keys(digests)}
        return set(connection.execute(self._listed, values).scalars())

    def search(
        self, connection: sa.Connection, list_id: str, *, after: str, limit: int
    ) -> Searched:
        """Look through the persons that come next for those who are on a list; `after` is empty at the beginning.

        In the order of the references, which are random: which cases are opened together tells nothing about digests.
        """
        next_ = sa.select(P.card_ref, P.nik_digest).order_by(P.card_ref).limit(limit)
        persons = (next_.where(P.card_ref > after) if after else next_).subquery("persons")
        on_it = (N.list_id == list_id) & (N.nik_digest == persons.c.nik_digest)
        query = (
            sa.select(persons.c.card_ref, persons.c.nik_digest, N.list_id)
            .outerjoin(LISTED_PERSON, on_it)
            .order_by(persons.c.card_ref)
        )
        rows = connection.execute(query).all()
        listed = {row.card_ref: row.nik_digest for row in rows if row.list_id is not None}
        return Searched(len(rows), rows[-1].card_ref if rows else after, listed)

    def forget(self, connection: sa.Connection, persons: Sequence[Digests]) -> None:
        """Take persons off every list who were just added to those who were erased.

        They are refused a card as former holders. A list that is taken on later leaves them out, too.
        """
        there = sa.select(L.list_id)
        gone = sa.delete(LISTED_PERSON).where(
            N.list_id.in_(there), self._database.is_among(N.nik_digest)
        )
        keys = {"keys": self._database.keys([person.nik for person in persons])}
        connection.execute(gone, keys)

    def leave_out_erased(self, connection: sa.Connection, list_id: str) -> None:
        """Take off a list who was erased before; hold the list of the erased before, so that none falls between."""
        erased = sa.select(S.nik_digest)
        connection.execute(
            sa.delete(LISTED_PERSON).where(N.list_id == list_id, N.nik_digest.in_(erased))
        )

    def discard_some(self, connection: sa.Connection, list_id: str) -> int:
        """Remove some of what is kept of a locked list; return how many rows, 0 where nothing is left."""
        removed = 0
        for table, key in ((LISTED_PERSON, N.nik_digest), (REFUSED_LINE, R.line)):
            of_list = table.c.list_id == list_id
            some = sa.select(key).where(of_list).order_by(key).limit(DISCARDED_AT_ONCE)
            gone = connection.execute(sa.delete(table).where(of_list, key.in_(some)))
            removed += gone.rowcount
        return removed
