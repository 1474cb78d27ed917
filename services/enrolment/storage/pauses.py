"""Pauses in force, and of enrolments those that are over; what else was paused once is told by the journal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from chassis.database import Database
from services.enrolment.domain.programme.pause import Pause, Paused
from services.enrolment.domain.programme.standstill import Standstill
from services.enrolment.storage.tables.programme import PAST_PAUSE, PAUSE
from vocabulary.regions import codes_kept_for, present_code

P = PAUSE.c
_EVERYWHERE = ""
_ALL = sa.select(PAUSE).order_by(P.what, P.region)


class PauseStore:
    """The table of pauses."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._with_clock = database.beside_clock(PAUSE)

    def in_force(self, connection: sa.Connection) -> list[Pause]:
        """Read every pause, those of everywhere first."""
        return [pause_of(row) for row in connection.execute(_ALL)]

    def now_and_in_force(self, connection: sa.Connection) -> tuple[datetime, list[Pause]]:
        """Read the decision time and every pause in one statement. Call it after the locks are held."""
        now, rows = self._database.now_beside(connection, self._with_clock)
        return now, [pause_of(row) for row in rows if row.pause_id is not None]

    def hold(self, connection: sa.Connection) -> None:
        """Hold all pauses until the transaction ends: of two who change them at once, one waits."""
        self._database.lock_names(connection, ["pauses"])

    def add(self, connection: sa.Connection, pause: Pause) -> None:
        """Begin a pause."""
        connection.execute(
            sa.insert(PAUSE).values(
                pause_id=pause.pause_id,
                what=pause.what,
                region=pause.region or _EVERYWHERE,
                message=pause.message,
                began_at=pause.began_at,
            )
        )

    def save_ending(self, connection: sa.Connection, pause: Pause, *, given: int) -> int:
        """Save how far the end of a pause has come, with so many more cards that have their days; return how many have.

        One that is at its end is removed (`remove`).
        """
        saved = connection.execute(
            sa.update(PAUSE)
            .where(P.pause_id == pause.pause_id)
            .values(ended_at=pause.ended_at, given_to=pause.given_to, given=P.given + given)
            .returning(P.given)
        )
        return int(saved.scalar_one())

    def remove(self, connection: sa.Connection, pause: Pause) -> None:
        """Let a pause be over; of one in which clocks stood still it is remembered when that was."""
        connection.execute(sa.delete(PAUSE).where(P.pause_id == pause.pause_id))
        if pause.what is Paused.ENROLMENTS:
            connection.execute(
                sa.insert(PAST_PAUSE).values(
                    pause_id=pause.pause_id,
                    region=pause.region or _EVERYWHERE,
                    began_at=pause.began_at,
                    ended_at=pause.ended_at,
                )
            )

    def past(self, connection: sa.Connection, *, regency: str, since: datetime) -> list[Standstill]:
        """Read from when until when enrolments were paused in a regency, of pauses that ended since an instant."""
        there = (_EVERYWHERE, *codes_kept_for(regency), *codes_kept_for(regency[:2]))
        query = sa.select(PAST_PAUSE.c.began_at, PAST_PAUSE.c.ended_at)
        query = query.where(PAST_PAUSE.c.ended_at > since, PAST_PAUSE.c.region.in_(there))
        return [Standstill(row.began_at, row.ended_at) for row in connection.execute(query)]


def pause_of(row: sa.Row[tuple[object, ...]]) -> Pause:
    """Make a pause of its row."""
    return Pause(
        pause_id=row.pause_id,
        what=Paused(row.what),
        region=present_code(row.region) or None,
        message=row.message,
        began_at=row.began_at,
        ended_at=row.ended_at,
        given_to=row.given_to,
    )


def found(pauses: Sequence[Pause], pause_id: str) -> Pause | None:
    """Find a pause by its id."""
    return next((pause for pause in pauses if pause.pause_id == pause_id), None)
