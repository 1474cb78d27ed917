"""Sums of movements: by cause and accounts, in a stretch of time, of everything or of one provider."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from chassis.column_types import Instant
from chassis.database import Database
from chassis.recordset import rows_parameter
from services.enrolment.domain.money.movement import Account
from services.enrolment.domain.money.statement import Flow, Ledger, Span, span_of
from services.enrolment.storage.tables.money import MOVEMENT

M = MOVEMENT.c
_SUMS = (
    M.cause,
    M.source,
    M.target,
    sa.cast(sa.func.sum(M.amount), sa.BigInteger).label("amount"),
    sa.func.count().label("movements"),
)
_BY = (M.cause, M.source, M.target)


def belongs_to(ledger: Ledger) -> list[sa.ColumnElement[bool]]:
    """Return the conditions that a movement belongs to a ledger."""
    owned = ((M.provider_id, ledger.provider_id), (M.class_id, ledger.class_id))
    return [column == owner for column, owner in owned if owner is not None]


class FlowStore:
    """The table of movements, summed up."""

    def __init__(self, database: Database) -> None:
        given = database.recordset({"day": sa.String(10), "begins": Instant(), "ends": Instant()})
        self._by_day = (
            sa.select(given.c.day, *_SUMS)
            .join(MOVEMENT, sa.and_(M.moved_at >= given.c.begins, M.moved_at < given.c.ends))
            .group_by(given.c.day, *_BY)
            .order_by(given.c.day, *_BY)
        )

    def within(self, connection: sa.Connection, ledger: Ledger, span: Span) -> list[Flow]:
        """Sum up what moved in a stretch of time."""
        return self._flows(connection, ledger, M.moved_at >= span.begins, M.moved_at < span.ends)

    def before(self, connection: sa.Connection, ledger: Ledger, instant: datetime) -> list[Flow]:
        """Sum up everything that moved before an instant."""
        return self._flows(connection, ledger, M.moved_at < instant)

    def by_day(
        self, connection: sa.Connection, ledger: Ledger, days: Sequence[date]
    ) -> Mapping[str, list[Flow]]:
        """Sum up what moved, by the days as they are written; a day on which nothing did is left out."""
        spans = [(day, span_of(day)) for day in days]
        rows = [
            {"day": day.isoformat(), "begins": span.begins, "ends": span.ends}
            for day, span in spans
        ]
        query = self._by_day.where(*belongs_to(ledger))
        found: dict[str, list[Flow]] = {}
        for row in connection.execute(query, {"rows": rows_parameter(rows)}):
            found.setdefault(row.day, []).append(_flow_of(row))
        return found

    def by_class(
        self,
        connection: sa.Connection,
        ledger: Ledger,
        class_ids: Sequence[str],
        *conditions: sa.ColumnElement[bool],
    ) -> Mapping[str, list[Flow]]:
        """Sum up what moved for these classes, by their ids."""
        query = (
            sa.select(M.class_id, *_SUMS)
            .where(*belongs_to(ledger), *conditions, M.class_id.in_(class_ids))
            .group_by(M.class_id, *_BY)
            .order_by(M.class_id, *_BY)
        )
        found: dict[str, list[Flow]] = {}
        for row in connection.execute(query):
            found.setdefault(row.class_id, []).append(_flow_of(row))
        return found

    def first_instant(self, connection: sa.Connection) -> datetime | None:
        """Return when money moved first; None where it never did."""
        first: datetime | None = connection.execute(sa.select(sa.func.min(M.moved_at))).scalar()
        return first

    def _flows(
        self, connection: sa.Connection, ledger: Ledger, *conditions: sa.ColumnElement[bool]
    ) -> list[Flow]:
        query = sa.select(*_SUMS).where(*belongs_to(ledger), *conditions)
        return [_flow_of(row) for row in connection.execute(query.group_by(*_BY).order_by(*_BY))]


def _flow_of(row: sa.Row[Any]) -> Flow:
    source, target = Account(row.source), Account(row.target)
    return Flow(row.cause, source, target, row.amount, row.movements)
