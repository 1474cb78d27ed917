"""Statements of the programme's accounts, day by day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from chassis.clock import write_instant
from chassis.pagination import Page
from services.enrolment.domain.money.movement import Account
from services.enrolment.domain.money.statement import (
    AccountLine,
    Balances,
    Flow,
    Ledger,
    Span,
    closing_of,
    left_by,
    lines_of,
    span_of,
)
from services.enrolment.storage.stores import Stores
from services.enrolment.storage.tables.money import ACCOUNT_DAY
from vocabulary.rule_book import NATIONAL_ZONE

D = ACCOUNT_DAY.c


def show_day(
    connection: sa.Connection, day: date, *, now: datetime, stores: Stores
) -> dict[str, Any]:
    """Return what all accounts held on a day, and what came in and went out by its cause."""
    span = span_of(day)
    opening = _opening_of_day(connection, day, stores)
    lines = lines_of(Account, opening, stores.flows.within(connection, Ledger(), span))
    return {
        "day": day.isoformat(),
        "zone": NATIONAL_ZONE,
        "begins_at": write_instant(span.begins),
        "ends_at": write_instant(span.ends),
        "is_over": span.ends <= now,
        "accounts": lines_document(lines),
    }


def _opening_of_day(connection: sa.Connection, day: date, stores: Stores) -> Balances:
    """Go on from the last day that is summed up: what moved since is little."""
    begins = span_of(day).begins
    settled = stores.account_days.latest(connection, before=day)
    if settled is None:
        flows = stores.flows.before(connection, Ledger(), begins)
        return left_by(Account, flows)
    since = span_of(settled.day).ends
    flows = stores.flows.within(connection, Ledger(), Span(since, begins)) if since < begins else []
    return closing_of(lines_of(Account, settled.closing, flows))


def list_days(connection: sa.Connection, page: Page) -> dict[str, Any]:
    """Return the days that are summed up, the newest first, with what all accounts held."""
    query = sa.select(D.day).distinct().order_by(D.day.desc()).limit(page.limit + 1)
    if page.after is not None:
        query = query.where(D.day < page.after)
    days = list(connection.execute(query).scalars())
    of_day: dict[str, list[dict[str, Any]]] = {}
    rows = sa.select(ACCOUNT_DAY).where(D.day.in_(days[: page.limit])).order_by(D.day, D.account)
    for row in connection.execute(rows):
        of_day.setdefault(row.day, []).append(_kept_line(row))
    return page.of(
        days, present=lambda day: {"day": day, "accounts": of_day[day]}, key=lambda day: day
    )


def lines_document(lines: Iterable[AccountLine]) -> list[dict[str, Any]]:
    """Write accounts, with what came in and went out by its cause."""
    return [
        {
            "account": line.account.value,
            "opening": line.opening,
            "in": [_flow(flow) for flow in line.came_in],
            "out": [_flow(flow) for flow in line.went_out],
            "closing": line.closing,
        }
        for line in lines
    ]


def _flow(flow: Flow) -> dict[str, Any]:
    return {
        "cause": flow.cause,
        "from": flow.source.value,
        "to": flow.target.value,
        "amount": flow.amount,
        "movements": flow.movements,
    }


def _kept_line(row: sa.Row[Any]) -> dict[str, Any]:
    return {
        "account": row.account,
        "opening": row.opening,
        "in": row.came_in,
        "out": row.went_out,
        "closing": row.closing,
    }
