"""Applications: by their random ids, with who made each, sealed, until it is withdrawn or judged."""

from __future__ import annotations

import json
import secrets
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
from chassis.problems import Problem
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
from vocabulary.refusals.admission import NikAlreadyHeld
from vocabulary.regions import present_code

A, D, J = APPLICATION.c, DRAW.c, JOURNAL.entry
_ERASING = J.alias("erasing")
K = _ERASING.c
IDS_AT_ONCE = 5_000
ERASED = ""
"""What is read in the place of a person who was erased, whatever lies there."""

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
        as_made = text_in(J.c.body, "sealed_sha256") == digest_of(A.sealed)
        erased = sa.and_(
            K.kind == EntryKind.APPLICATION_ERASED,
            identifier_in(K.body, "application_id") == A.application_id,
        )
        self._read_as_made = (
            sa.select(A.application_id, A.sealed, A.erased_position)
            .join(DRAW, D.wave_id == A.wave_id)
            .join(J, J.c.position == A.applied_position)
            .outerjoin(_ERASING, K.position == A.erased_position)
            .where(
                database.is_among(A.application_id),
                J.c.position < D.listed_position,
                J.c.kind == EntryKind.APPLICATION_MADE,
                identifier_in(J.c.body, "application_id") == A.application_id,
                sa.or_(sa.and_(A.erased_position.is_(None), as_made), erased),
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
        waits = query.where(A.nik_digest.is_not(None), A.erased_position.is_(None))
        row = connection.execute(waits.limit(1)).one_or_none()
        if row is None:
            return True
        try:
            candidate = self._open(row.application_id, row.sealed)
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

    def find_of_person(
        self, connection: sa.Connection, wave_id: str, *, nik_digest: str
    ) -> Application | None:
        """Read the application of a person that waits in a wave; None where there is none.

        Of those that are withdrawn or judged nothing is left by which the person could be found.
        """
        query = sa.select(APPLICATION).where(A.wave_id == wave_id, A.nik_digest == nik_digest)
        row = connection.execute(query).one_or_none()
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

        What was exchanged since, or came into the table after its list was published, is not among them. Of a person
        whose erasure the journal tells of, `ERASED` is all that is read.
        """
        keys = self._database.keys(application_ids)
        rows = connection.execute(self._read_as_made, {"keys": keys})
        return {
            row.application_id: row.sealed if row.erased_position is None else ERASED
            for row in rows
        }

    def of_person(self, connection: sa.Connection, nik_digest: str) -> list[Application]:
        """Lock the applications of a person who waits to be judged, and return them, the oldest draw first.

        Their draws are held together with whoever applies, who may be many and come one after another: none of them is
        waited for. Whoever judges people of a draw holds it alone, so none of these is judged before this is committed.
        """
        unfinished = sa.select(D.wave_id).where(D.ended_at.is_(None))
        mine = sa.select(APPLICATION).where(
            A.wave_id.in_(unfinished), A.nik_digest == nik_digest, A.erased_position.is_(None)
        )
        waves = [row.wave_id for row in connection.execute(mine.order_by(A.wave_id))]
        for wave_id in waves:
            held = sa.select(D.wave_id).where(D.wave_id == wave_id).with_for_update(read=True)
            connection.execute(held)
        rows = connection.execute(mine.order_by(A.wave_id).with_for_update()) if waves else ()
        return [_application_of(row) for row in rows]

    def erased_among(self, connection: sa.Connection, application_ids: Sequence[str]) -> bool:
        """Tell whether the person behind one of these was erased; lock the draw before."""
        query = sa.select(A.application_id).where(
            self._database.is_among(A.application_id), A.erased_position.is_not(None)
        )
        keys = {"keys": self._database.keys(application_ids)}
        return connection.execute(query.limit(1), keys).one_or_none() is not None

    def erase(self, connection: sa.Connection, application_id: str, *, position: int) -> None:
        """Destroy who made an application of a locked draw; `position` is that of the entry that tells so.

        It stays in its draw, whose list may be published, and is refused when its turn comes.
        """
        connection.execute(
            sa.update(APPLICATION)
            .where(A.application_id == application_id)
            .values(sealed="erased", nik_digest=secrets.token_hex(32), erased_position=position)
        )

    def opened(self, application_id: str, sealed: str) -> Candidate | Problem:
        """Make whoever made an application readable, to be judged; of a person who was erased the refusal is left."""
        return NikAlreadyHeld() if sealed == ERASED else self._open(application_id, sealed)

    def _open(self, application_id: str, sealed: str) -> Candidate:
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
