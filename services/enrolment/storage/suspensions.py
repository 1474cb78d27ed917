"""Suspended providers, as the catalogue told of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from chassis.database import Database
from chassis.recordset import rows_parameter
from chassis.upsert import put_unless_later
from services.enrolment.storage.tables.seats import SUSPENSION

S = SUSPENSION.c
SUSPENSIONS = "suspensions"
"""The name that whoever fills classes shares and whoever changes a suspension holds alone: who was judged by what stood
before is done when it changes.
"""


@dataclass(frozen=True, slots=True)
class Suspension:
    """Whether a provider is suspended, and the position of the entry of the own journal that tells so."""

    provider_id: str
    in_force: bool
    position: int


class SuspensionStore:
    """The table of suspensions."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._put = put_unless_later(database, SUSPENSION, key="provider_id", order="position")
        self._among = sa.select(S.provider_id).where(S.in_force, database.is_among(S.provider_id))

    def hold(self, connection: sa.Connection) -> None:
        """Hold all suspensions alone until the transaction ends; take it before any class."""
        self._database.lock_names(connection, [SUSPENSIONS])

    def among(self, connection: sa.Connection, provider_ids: Sequence[str]) -> set[str]:
        """Return which of these providers are suspended."""
        keys = self._database.keys(provider_ids)
        return set(connection.execute(self._among, {"keys": keys}).scalars())

    def in_force(self, connection: sa.Connection) -> set[str]:
        """Return every provider that is suspended."""
        return set(connection.execute(sa.select(S.provider_id).where(S.in_force)).scalars())

    def put(self, connection: sa.Connection, suspensions: Sequence[Suspension]) -> None:
        """Save how providers stand."""
        rows = [asdict(suspension) for suspension in suspensions]
        connection.execute(self._put, {"rows": rows_parameter(rows)})
