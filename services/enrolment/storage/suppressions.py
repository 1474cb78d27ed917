"""Who was erased: the digests of NIK and family card, by which nobody gets a second card, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from chassis.database import Database
from chassis.recordset import rows_parameter
from services.enrolment.storage.persons import Digests, Fingerprints
from services.enrolment.storage.tables.programme import SUPPRESSED_PERSON

S = SUPPRESSED_PERSON.c
_NAME = "suppressed persons"


class SuppressionStore:
    """The table of suppressed persons."""

    def __init__(self, database: Database, *, fingerprints: Fingerprints) -> None:
        self._database = database
        self._key_digest = fingerprints.suppression_list()
        columns = {column.name: column.type for column in S}
        given = database.recordset(columns)
        self._add = sa.insert(SUPPRESSED_PERSON).from_select(
            list(columns), sa.select(*[given.c[name] for name in columns])
        )

    def keys_fit(self, connection: sa.Connection) -> bool:
        """Tell whether the list was written under the key given; true where nobody is on it.

        Under another key nobody on it would be found, and each could be admitted again.
        """
        kept = connection.execute(sa.select(S.key_digest).limit(1)).scalar_one_or_none()
        return kept is None or str(kept) == self._key_digest

    def hold(self, connection: sa.Connection) -> None:
        """Let nobody be added until the transaction ends; waits for who is being added."""
        self._database.lock_names(connection, [_NAME])

    def add(self, connection: sa.Connection, persons: Sequence[Digests]) -> None:
        """Add persons whose rows were just removed.

        All of the list is written anew, in the order of its digests: neither where a row lies nor which transaction
        wrote it tells with which entry of the journal it came. One erasure at a time does so.
        """
        if not persons:
            return
        self.hold(connection)
        removed = connection.execute(sa.delete(SUPPRESSED_PERSON).returning(*S))
        listed = [Digests(row.nik_digest, row.family_digest) for row in removed]
        rows = [
            {
                "nik_digest": one.nik,
                "family_digest": one.family_card,
                "key_digest": self._key_digest,
            }
            for one in sorted([*listed, *persons], key=lambda one: one.nik)
        ]
        connection.execute(self._add, {"rows": rows_parameter(rows)})
