"""What operators have switched off at this moment, read beside the clock: pauses, and suspended providers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from chassis.column_types import Identifier
from chassis.database import Database
from services.enrolment.domain.programme.pause import Pause
from services.enrolment.storage.pauses import pause_of
from services.enrolment.storage.tables.programme import PAUSE
from services.enrolment.storage.tables.seats import SUSPENSION

S = SUSPENSION.c


class Switches(NamedTuple):
    """The decision time, every pause in force, and which of the providers that were asked for are suspended."""

    now: datetime
    pauses: list[Pause]
    suspended: frozenset[str]


class SwitchStore:
    """Reads the switches; each kind is changed by its own store."""

    def __init__(self, database: Database) -> None:
        self._database = database
        nowhere = sa.cast(sa.null(), Identifier())
        pauses = sa.select(PAUSE, nowhere.label("provider_id"))
        suspended = sa.select(
            *[sa.cast(sa.null(), column.type).label(column.name) for column in PAUSE.c],
            S.provider_id,
        ).where(S.in_force, database.is_among(S.provider_id))
        switches = sa.union_all(pauses, suspended).subquery("switch")
        self._with_clock = database.beside_clock(switches)

    def read(self, connection: sa.Connection, provider_ids: Iterable[str]) -> Switches:
        """Read the switches in one statement. Call it after the locks are held."""
        keys = {"keys": self._database.keys(provider_ids)}
        now, rows = self._database.now_beside(connection, self._with_clock, keys)
        return Switches(
            now,
            [pause_of(row) for row in rows if row.pause_id is not None],
            frozenset(row.provider_id for row in rows if row.provider_id is not None),
        )
