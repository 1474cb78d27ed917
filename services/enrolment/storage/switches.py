"""What operators have switched off at this moment, read beside the clock: pauses, and suspended providers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

import sqlalchemy as sa

from chassis.column_types import Identifier, Instant
from chassis.database import Database
from services.enrolment.domain.programme.pause import Pause
from services.enrolment.storage.pauses import IN_FORCE, OVER, pause_of
from services.enrolment.storage.tables.programme import PAUSE
from services.enrolment.storage.tables.seats import SUSPENSION

S = SUSPENSION.c


class Switches(NamedTuple):
    """The decision time, every pause in force, those that are over and stopped the clocks of cards that were asked for
    (`past_pauses`), and which of the providers that were asked for are suspended.
    """

    now: datetime
    pauses: list[Pause]
    past_pauses: list[Pause]
    suspended: frozenset[str]


class SwitchStore:
    """Reads the switches; each kind is changed by its own store."""

    def __init__(self, database: Database) -> None:
        self._database = database
        nowhere = sa.cast(sa.null(), Identifier())
        pauses = [each.add_columns(nowhere.label("provider_id")) for each in (IN_FORCE, OVER)]
        suspended = sa.select(
            *[sa.cast(sa.null(), column.type).label(column.name) for column in PAUSE.c],
            sa.cast(sa.null(), Instant()).label("ended_at"),
            S.provider_id,
        ).where(S.in_force, database.is_among(S.provider_id))
        switches = sa.union_all(*pauses, suspended).subquery("switch")
        self._with_clock = database.beside_clock(switches)

    def read(
        self,
        connection: sa.Connection,
        provider_ids: Iterable[str],
        *,
        clocks_from: datetime | None = None,
    ) -> Switches:
        """Read the switches in one statement. Call it after the locks are held.

        `clocks_from` is as of when the earliest clock is kept for which pauses that are over matter; None: for none.
        """
        given = {
            "keys": self._database.keys(provider_ids),
            "ended_since": clocks_from or datetime.max.replace(tzinfo=UTC),
        }
        now, rows = self._database.now_beside(connection, self._with_clock, given)
        pauses = [pause_of(row) for row in rows if row.pause_id is not None]
        return Switches(
            now,
            [pause for pause in pauses if pause.ended_at is None],
            [pause for pause in pauses if pause.ended_at is not None],
            frozenset(row.provider_id for row in rows if row.provider_id is not None),
        )
