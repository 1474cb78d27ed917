"""Pauses in force, and of enrolments those that are over; what else was paused once is told by the journal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa

from chassis.column_types import Instant
from chassis.database import Database
from services.enrolment.domain.programme.pause import Pause, Paused
from services.enrolment.storage.tables.programme import PAST_PAUSE, PAUSE
from vocabulary.regions import present_code

P = PAUSE.c
_EVERYWHERE = ""
IN_FORCE = sa.select(PAUSE, sa.cast(sa.null(), Instant()).label("ended_at"))
"""Pauses in force, as `pause_of` takes them."""

OVER = sa.select(
    PAST_PAUSE.c.pause_id,
    sa.literal(Paused.ENROLMENTS.value).label("what"),
    PAST_PAUSE.c.region,
    sa.literal("").label("message"),
    PAST_PAUSE.c.began_at,
    PAST_PAUSE.c.ended_at,
).where(PAST_PAUSE.c.ended_at > sa.bindparam("ended_since", type_=Instant()))
"""Pauses of enrolments that ended since an instant, likewise."""


class PauseStore:
    """The table of pauses."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._with_clock = database.beside_clock(IN_FORCE.subquery("pause_in_force"))
        self._with_past = sa.union_all(IN_FORCE, OVER)

    def in_force(self, connection: sa.Connection) -> list[Pause]:
        """Read every pause, those of everywhere first."""
        rows = connection.execute(IN_FORCE.order_by(P.what, P.region))
        return [pause_of(row) for row in rows]

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

    def end(self, connection: sa.Connection, pause: Pause, *, now: datetime) -> None:
        """End a pause; of one in which clocks stood still it is remembered when that was."""
        connection.execute(sa.delete(PAUSE).where(P.pause_id == pause.pause_id))
        if pause.what is Paused.ENROLMENTS:
            connection.execute(
                sa.insert(PAST_PAUSE).values(
                    pause_id=pause.pause_id,
                    region=pause.region or _EVERYWHERE,
                    began_at=pause.began_at,
                    ended_at=max(now, pause.began_at),
                )
            )

    def in_force_or_ended_since(
        self, connection: sa.Connection, instant: datetime | None
    ) -> list[Pause]:
        """Read every pause in force, and those of enrolments that ended since an instant (None: ever)."""
        since = instant or datetime.min.replace(tzinfo=UTC)
        rows = connection.execute(self._with_past, {"ended_since": since})
        return [pause_of(row) for row in rows]


def pause_of(row: sa.Row[tuple[object, ...]]) -> Pause:
    """Make a pause of its row."""
    return Pause(
        pause_id=row.pause_id,
        what=Paused(row.what),
        region=present_code(row.region) or None,
        message=row.message,
        began_at=row.began_at,
        ended_at=row.ended_at,
    )


def found(pauses: Sequence[Pause], pause_id: str) -> Pause | None:
    """Find a pause by its id."""
    return next((pause for pause in pauses if pause.pause_id == pause_id), None)
