"""Lists of people who may hold no card, as operators and auditors see them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.clock import write_instant
from chassis.pagination import Page
from services.enrolment.storage.stores import Stores
from services.enrolment.storage.tables.exclusions import EXCLUSION_CASE, EXCLUSION_LIST

L, X = EXCLUSION_LIST.c, EXCLUSION_CASE.c
_AT_ONCE = 2_000
_CASES = (
    sa.select(sa.func.count())
    .select_from(EXCLUSION_CASE)
    .where(X.list_id == L.list_id)
    .correlate(EXCLUSION_LIST)
    .scalar_subquery()
)
_LISTS = sa.select(EXCLUSION_LIST, _CASES.label("cases"))


def list_lists(
    connection: sa.Connection, page: Page, *, group: str | None, state: str | None
) -> dict[str, Any]:
    """Return lists, the newest first."""
    query = _LISTS.order_by(L.list_id.desc()).limit(page.limit + 1)
    if group is not None:
        query = query.where(L.people == group)
    if state is not None:
        query = query.where(L.state == state)
    if page.after is not None:
        query = query.where(L.list_id < page.after)
    rows = connection.execute(query).all()
    return page.of(rows, present=_document, key=lambda row: str(row.list_id))


def show_list(connection: sa.Connection, list_id: str) -> dict[str, Any] | None:
    """Return one list, or None."""
    row = connection.execute(_LISTS.where(L.list_id == list_id)).one_or_none()
    return None if row is None else _document(row)


def _document(row: sa.Row[Any]) -> dict[str, Any]:
    return {
        "id": row.list_id,
        "group": row.people,
        "number": row.number,
        "issuer": row.issuer,
        "as_of": row.as_of,
        "reason": row.reason,
        "status": row.state,
        "announced_by": row.announced_by,
        "announced_at": write_instant(row.announced_at),
        "received_at": _written(row.received_at),
        "rows": row.rows,
        "listed": row.listed,
        "duplicates": row.duplicates,
        "refused": row.refused,
        "activated_by": row.activated_by,
        "activated_at": _written(row.activated_at),
        "follows": row.follows,
        "out_of_force_at": _written(row.out_of_force_at),
        "withdrawn": _withdrawn(row),
        "forgotten_at": _written(row.forgotten_at),
        "checked": row.checked,
        "checked_at": _written(row.checked_at),
        "cases": row.cases,
    }


def _withdrawn(row: sa.Row[Any]) -> dict[str, Any] | None:
    if row.withdrawn_at is None:
        return None
    return {
        "at": write_instant(row.withdrawn_at),
        "by": row.withdrawn_by,
        "reason": row.withdrawal_reason,
    }


def _written(instant: datetime | None) -> str | None:
    return None if instant is None else write_instant(instant)


def refused_lines(list_id: str, *, stores: Stores) -> Iterator[list[dict[str, Any]]]:
    """Yield what is wrong with lines of a list's file, some at a time, each chunk read in a transaction of its own."""
    line = 0
    while True:
        with stores.database.reading() as connection:
            found = stores.listed_persons.refused_after(connection, list_id, line, limit=_AT_ONCE)
        if not found:
            return
        line = found[-1][0]
        yield [{"line": number, "fault": fault} for number, fault in found]
