"""Statements of the programme's accounts, day by day, and of what is set aside for a provider and paid to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from chassis.clock import read_instant, write_instant
from chassis.pagination import Page
from services.enrolment.domain.money.movement import Account
from services.enrolment.domain.money.statement import (
    AccountLine,
    Balances,
    Flow,
    Ledger,
    Span,
    closing_of,
    lines_of,
    span_of,
)
from services.enrolment.storage.flows import belongs_to
from services.enrolment.storage.stores import Stores
from services.enrolment.storage.tables.money import ACCOUNT_DAY, MOVEMENT
from services.enrolment.storage.tables.seats import TRAINING_CLASS
from vocabulary.rule_book import NATIONAL_ZONE

D, M = ACCOUNT_DAY.c, MOVEMENT.c
OF_PROVIDER = (Account.SET_ASIDE, Account.PAID)
"""The accounts in which a provider's money stands."""


@dataclass(frozen=True, slots=True)
class ProviderPeriod:
    """Whose statement, of which days, the last one included."""

    ledger: Ledger
    first: date
    last: date

    @property
    def span(self) -> Span:
        """Return the stretch of time."""
        return span_of(self.first, self.last)


def knows_provider(connection: sa.Connection, provider_id: str) -> bool:
    """Tell whether any class of a provider was ever told of."""
    known = sa.exists().where(TRAINING_CLASS.c.provider_id == provider_id)
    return bool(connection.execute(sa.select(known)).scalar_one())


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
        "accounts": _lines(lines),
    }


def _opening_of_day(connection: sa.Connection, day: date, stores: Stores) -> Balances:
    """Go on from the last day that is summed up: what moved since is little."""
    begins = span_of(day).begins
    settled = stores.account_days.latest(connection, before=day)
    if settled is None:
        flows = stores.flows.before(connection, Ledger(), begins)
        return closing_of(lines_of(Account, {}, flows))
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


def list_movements_of_provider(
    connection: sa.Connection, page: Page, period: ProviderPeriod, *, stores: Stores
) -> dict[str, Any]:
    """Return a provider's movements in their order, with what its accounts held before and after the period."""
    query = (
        sa.select(MOVEMENT)
        .where(*belongs_to(period.ledger))
        .where(M.moved_at >= period.span.begins, M.moved_at < period.span.ends)
        .order_by(M.moved_at, M.movement_id)
        .limit(page.limit + 1)
    )
    if page.after is not None:
        instant, _, movement_id = page.after.partition(" ")
        at = read_instant(instant)
        query = query.where(M.moved_at >= at)
        query = query.where(sa.or_(M.moved_at > at, M.movement_id > movement_id))
    rows = connection.execute(query).all()
    listed = page.of(
        rows,
        present=_movement,
        key=lambda row: f"{write_instant(row.moved_at)} {row.movement_id}",
    )
    return {**_of_period(connection, period, stores), **listed}


def list_days_of_provider(
    connection: sa.Connection, page: Page, period: ProviderPeriod, *, stores: Stores
) -> dict[str, Any]:
    """Return a provider's accounts day by day, each day going on from the one before."""
    first = period.first
    if page.after is not None:
        first = max(first, date.fromisoformat(page.after) + timedelta(days=1))
    count = min((period.last - first).days + 1, page.limit + 1)
    days = [first + timedelta(days=number) for number in range(count)]
    before = stores.flows.before(connection, period.ledger, span_of(first).begins)
    opening = closing_of(lines_of(OF_PROVIDER, {}, before))
    flows = stores.flows.by_day(connection, period.ledger, days[: page.limit]) if days else {}
    lines: dict[date, list[AccountLine]] = {}
    for day in days[: page.limit]:
        lines[day] = lines_of(OF_PROVIDER, opening, flows.get(day.isoformat(), ()))
        opening = closing_of(lines[day])
    listed = page.of(
        days,
        present=lambda day: {"day": day.isoformat(), "accounts": _lines(lines[day])},
        key=lambda day: day.isoformat(),
    )
    return {**_of_period(connection, period, stores), **listed}


def list_classes_of_provider(
    connection: sa.Connection, page: Page, period: ProviderPeriod, *, stores: Stores
) -> dict[str, Any]:
    """Return a provider's accounts class by class, those for which anything moved in the period."""
    within = (M.moved_at >= period.span.begins, M.moved_at < period.span.ends)
    query = (
        sa.select(M.class_id)
        .distinct()
        .where(*belongs_to(period.ledger), *within)
        .order_by(M.class_id)
        .limit(page.limit + 1)
    )
    if page.after is not None:
        query = query.where(M.class_id > page.after)
    classes = list(connection.execute(query).scalars())
    lines = _lines_of_classes(connection, period, classes[: page.limit], stores)
    listed = page.of(
        classes,
        present=lambda class_id: {"class_id": class_id, "accounts": _lines(lines[class_id])},
        key=str,
    )
    return {**_of_period(connection, period, stores), **listed}


def _lines_of_classes(
    connection: sa.Connection, period: ProviderPeriod, classes: Sequence[str], stores: Stores
) -> dict[str, list[AccountLine]]:
    span, sums = period.span, stores.flows.by_class
    before = sums(connection, period.ledger, classes, M.moved_at < span.begins)
    within = sums(
        connection, period.ledger, classes, M.moved_at >= span.begins, M.moved_at < span.ends
    )
    return {
        class_id: lines_of(
            OF_PROVIDER,
            closing_of(lines_of(OF_PROVIDER, {}, before.get(class_id, ()))),
            within.get(class_id, ()),
        )
        for class_id in classes
    }


def _of_period(connection: sa.Connection, period: ProviderPeriod, stores: Stores) -> dict[str, Any]:
    span = period.span
    before = stores.flows.before(connection, period.ledger, span.begins)
    opening = closing_of(lines_of(OF_PROVIDER, {}, before))
    flows = stores.flows.within(connection, period.ledger, span)
    return {
        "provider_id": period.ledger.provider_id,
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "zone": NATIONAL_ZONE,
        "accounts": _lines(lines_of(OF_PROVIDER, opening, flows)),
    }


def _lines(lines: Iterable[AccountLine]) -> list[dict[str, Any]]:
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


def _movement(row: sa.Row[Any]) -> dict[str, Any]:
    return {
        "id": row.movement_id,
        "cause": row.cause,
        "from": row.source,
        "to": row.target,
        "amount": row.amount,
        "enrolment_id": row.enrolment_id,
        "class_id": row.class_id,
        "moved_at": write_instant(row.moved_at),
    }
