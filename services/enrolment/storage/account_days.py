"""What accounts held day by day: added once a day is over, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from chassis.database import Database
from chassis.identifiers import new_id
from services.enrolment.domain.money.movement import Account
from services.enrolment.domain.money.statement import AccountLine, Balances, span_of, total
from services.enrolment.storage.tables.money import ACCOUNT_DAY

D = ACCOUNT_DAY.c


@dataclass(frozen=True, slots=True)
class SettledDay:
    """The last day whose sums are kept, or the last before another one, and what all accounts were left with."""

    day: date
    closing: Balances


class AccountDayStore:
    """The table of what accounts held."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def hold(self, connection: sa.Connection) -> None:
        """Hold the table until the transaction ends: of two who would settle the same day, one waits."""
        self._database.lock_names(connection, ["account-days"])

    def latest(self, connection: sa.Connection, *, before: date | None = None) -> SettledDay | None:
        """Read the last settled day, or the last before a day; None where there is none."""
        newest = sa.select(sa.func.max(D.day))
        if before is not None:
            newest = newest.where(D.day < before.isoformat())
        rows = connection.execute(
            sa.select(D.day, D.account, D.closing).where(D.day == newest.scalar_subquery())
        ).all()
        if not rows:
            return None
        closing = {Account(row.account): row.closing for row in rows}
        return SettledDay(date.fromisoformat(rows[0].day), closing)

    def add(
        self, connection: sa.Connection, day: date, lines: Sequence[AccountLine], *, now: datetime
    ) -> None:
        """Add a day, all its accounts at once."""
        span = span_of(day)
        connection.execute(
            sa.insert(ACCOUNT_DAY),
            [
                {
                    "line_id": new_id(),
                    "day": day.isoformat(),
                    "begins_at": span.begins,
                    "ends_at": span.ends,
                    "account": line.account.value,
                    "opening": line.opening,
                    "came_in": total(line.came_in),
                    "went_out": total(line.went_out),
                    "closing": line.closing,
                    "settled_at": now,
                }
                for line in lines
            ],
        )
