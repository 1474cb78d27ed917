"""How many enrolments and applications were assisted, by month and region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

import sqlalchemy as sa

from chassis.database import Database
from chassis.recordset import rows_parameter
from chassis.upsert import put_unless_there
from services.enrolment.domain.reports.assistance import (
    EVERYWHERE,
    Assistance,
    MonthAndRegion,
    Months,
)
from services.enrolment.storage.tables.reports import ASSISTANCE

A = ASSISTANCE.c
_NUMBERS = tuple(field.name for field in fields(Assistance))


class AssistanceStore:
    """The table of counts: added to by the follower of the journal, read by the report."""

    def __init__(self, database: Database) -> None:
        self._begin = put_unless_there(database, ASSISTANCE)
        given = database.recordset({column.name: column.type for column in A})
        self._add = (
            sa.update(ASSISTANCE)
            .where(A.month == given.c.month, A.region == given.c.region)
            .values({name: A[name] + given.c[name] for name in _NUMBERS})
        )

    def add(self, connection: sa.Connection, added: Mapping[MonthAndRegion, Assistance]) -> None:
        """Add to the counts, in two statements."""
        if not added:
            return
        cells = [{"month": month, "region": region} for month, region in sorted(added)]
        begun = [{**cell, **Assistance().numbers()} for cell in cells]
        more = [{**cell, **added[cell["month"], cell["region"]].numbers()} for cell in cells]
        connection.execute(self._begin, {"rows": rows_parameter(begun)})
        connection.execute(self._add, {"rows": rows_parameter(more)})

    def of_regions(self, connection: sa.Connection, months: Months) -> dict[str, Assistance]:
        """Add the counts of some months up by region; under `EVERYWHERE` what was counted apart from regions."""
        sums = [sa.func.sum(A[name]).label(name) for name in _NUMBERS]
        query = sa.select(A.region, *sums).where(_within(months)).group_by(A.region)
        return {
            row.region: Assistance(*(int(getattr(row, name)) for name in _NUMBERS))
            for row in connection.execute(query)
        }

    def span(self, connection: sa.Connection, months: Months) -> Months:
        """Return the first and the last of some months in which anything is counted."""
        query = sa.select(sa.func.min(A.month), sa.func.max(A.month))
        found = connection.execute(query.where(_within(months), A.region == EVERYWHERE))
        return Months(*found.one())


def _within(months: Months) -> sa.ColumnElement[bool]:
    """Return the condition that a count is of one of the months."""
    bounds: list[sa.ColumnElement[bool]] = [sa.true()]
    if months.first is not None:
        bounds.append(A.month >= months.first)
    if months.last is not None:
        bounds.append(A.month <= months.last)
    return sa.and_(*bounds)
