"""Applications: by their random ids, with who made each, sealed, until it is withdrawn or judged."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from chassis.column_types import Identifier
from chassis.database import Database
from chassis.digest_in_sql import digest_of, sha256_of_text
from chassis.json_text import identifier_in, text_in
from chassis.recordset import rows_parameter
from chassis.sealing import Seal, SealBroken
from services.enrolment.domain.draw.application import (
    Application,
    ApplicationState,
    Verdict,
)
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.programme.award import Candidate
from services.enrolment.domain.programme.card import Scheme
from services.enrolment.storage.persons import Fingerprints
from services.enrolment.storage.tables.draws import APPLICATION, DRAW
from services.enrolment.storage.tables.journal import JOURNAL
from vocabulary.regions import present_code

A, J = APPLICATION.c, JOURNAL.entry
IDS_AT_ONCE = 5_000

_AS_TEXT = sa.cast(A.application_id, sa.Text)
"""An id as it is written. The driver would make a UUID of each first, which of a million takes seconds."""


class ApplicationStore:
    """The table of applications."""

    def __init__(self, database: Database, *, seal: Seal, fingerprints: Fingerprints) -> None:
        self._database = database
        self._seal = seal
        self._fingerprints = fingerprints
        self._insert = (postgresql.insert if database.dialect == "postgresql" else sqlite.insert)(
            APPLICATION
        )
        self._read_as_made = (
            sa.select(A.application_id, A.sealed)
            .join(DRAW, DRAW.c.wave_id == A.wave_id)
            .join(J, J.c.position == A.applied_position)
            .where(
                database.is_among(A.application_id),
                J.c.position < DRAW.c.listed_position,
                J.c.kind == EntryKind.APPLICATION_MADE,
                identifier_in(J.c.body, "application_id") == A.application_id,
                text_in(J.c.body, "sealed_sha256") == digest_of(A.sealed),
            )
        )
        given = database.recordset(
            {
                "application_id": Identifier(),
                "place": sa.Integer(),
                "state": sa.String(16),
                "card_ref": Identifier(),
                "code": sa.String(64),
                "quota_id": Identifier(),
                "ended_position": sa.BigInteger(),
            }
        )
        told = {column.name: column for column in given.c if column.name != "application_id"}
        self._judge = (
            sa.update(APPLICATION)
            .where(A.application_id == given.c.application_id, A.state == ApplicationState.APPLIED)
            .values(**told, sealed=None, nik_digest=None)
        )

    def keys_fit(self, connection: sa.Connection) -> bool:
        """Tell whether who made an application opens and is found under the keys given; true where none waits.

        Under another key nobody could be drawn, and the same person could apply twice.
        """
        query = sa.select(A.application_id, A.sealed, A.nik_digest)
        # What the index of these digests holds is found without looking through all that are judged.
        row = connection.execute(query.where(A.nik_digest.is_not(None)).limit(1)).one_or_none()
        if row is None:
            return True
        try:
            candidate = self.opened(row.application_id, row.sealed)
        except SealBroken:
            return False
        return self._fingerprints.nik(candidate.nik) == str(row.nik_digest)

    def add(
        self,
        connection: sa.Connection,
        application: Application,
        candidate: Candidate,
        *,
        nik_digest: str,
    ) -> str | None:
        """Add an application; return the SHA-256 of its sealed candidate, by which the journal binds the two.

        Return None, with nothing done, where the person has one in the wave.

        Another one of the same person that is being made is waited for.
        """
        context = _context(application.application_id)
        sealed = self._seal.close(_written(candidate), context=context)
        statement = self._insert.values(
            application_id=application.application_id,
            wave_id=application.wave_id,
            region=application.region,
            state=application.state,
            nik_digest=nik_digest,
            sealed=sealed,
            applied_at=application.applied_at,
        ).on_conflict_do_nothing()
        # psycopg forgets how many rows an INSERT made once its cursor is closed: the row itself is asked for.
        added = connection.execute(statement.returning(A.application_id))
        return None if added.one_or_none() is None else sha256_of_text(sealed)

    def save_made(self, connection: sa.Connection, application_id: str, *, position: int) -> None:
        """Save where the journal tells that an application was made."""
        connection.execute(
            sa.update(APPLICATION)
            .where(A.application_id == application_id)
            .values(applied_position=position)
        )

    def find(
        self, connection: sa.Connection, application_id: str, *, lock: bool = False
    ) -> Application | None:
        """Read an application, holding it where `lock` is set; None where there is none."""
        query = sa.select(APPLICATION).where(A.application_id == application_id)
        row = connection.execute(query.with_for_update() if lock else query).one_or_none()
        return None if row is None else _application_of(row)

    def save_withdrawn(
        self, connection: sa.Connection, application_id: str, *, position: int
    ) -> None:
        """Save that a locked application was withdrawn, and destroy what tells who made it."""
        connection.execute(
            sa.update(APPLICATION)
            .where(A.application_id == application_id)
            .values(
                state=ApplicationState.WITHDRAWN,
                sealed=None,
                nik_digest=None,
                ended_position=position,
            )
        )

    def listed(self, wave_id: str) -> Iterator[list[str]]:
        """Yield the ids of a closed draw's applications in ascending order, those that were withdrawn left out.

        Each range is read in a transaction of its own: none is open while somebody slow is waited for.
        """
        after: str | None = None
        while True:
            query = (
                sa.select(_AS_TEXT)
                .where(A.wave_id == wave_id, A.state != ApplicationState.WITHDRAWN)
                .order_by(A.application_id)
                .limit(IDS_AT_ONCE)
            )
            if after is not None:
                query = query.where(A.application_id > after)
            with self._database.reading() as connection:
                ids = list(connection.execute(query).scalars())
            if ids:
                yield ids
            if len(ids) < IDS_AT_ONCE:
                return
            after = ids[-1]

    def sealed(self, connection: sa.Connection, application_ids: Sequence[str]) -> dict[str, str]:
        """Read who made applications, sealed, of those that lie there as the journal tells of their making.

        What was exchanged since, or came into the table after its list was published, is not among them.
        """
        keys = self._database.keys(application_ids)
        rows = connection.execute(self._read_as_made, {"keys": keys})
        return {row.application_id: row.sealed for row in rows}

    def opened(self, application_id: str, sealed: str) -> Candidate:
        """Make whoever made an application readable, to be judged."""
        told = json.loads(self._seal.open(sealed, context=_context(application_id)))
        told["birth_date"] = date.fromisoformat(told["birth_date"])
        told["scheme"] = Scheme(told["scheme"])
        told["region"] = present_code(told["region"])
        return Candidate(**told)

    def save_verdicts(
        self, connection: sa.Connection, verdicts: Sequence[Verdict], *, first_position: int
    ) -> int:
        """Save what became of applications and destroy what tells who made them; return how many there were.

        The entries that tell of them lie one after another, from a position on.
        """
        rows = [
            {**asdict(verdict), "ended_position": position}
            for position, verdict in enumerate(verdicts, start=first_position)
        ]
        return connection.execute(self._judge, {"rows": rows_parameter(rows)}).rowcount


def _written(candidate: Candidate) -> str:
    told = {**asdict(candidate), "birth_date": candidate.birth_date.isoformat()}
    return json.dumps(told, ensure_ascii=False)


def _application_of(row: sa.Row[Any]) -> Application:
    return Application(
        application_id=row.application_id,
        wave_id=row.wave_id,
        region=present_code(row.region),
        state=ApplicationState(row.state),
        applied_at=row.applied_at,
    )


def _context(application_id: str) -> str:
    return f"application {application_id}"
