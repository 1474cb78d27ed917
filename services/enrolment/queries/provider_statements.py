"""Statements of what is set aside for a provider and paid to it: movement by movement, by day, and by class."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from chassis.clock import read_instant, write_instant
from chassis.pagination import Page
from services.enrolment.domain.money.movement import Account
from services.enrolment.domain.money.statement import (
    AccountLine,
    Ledger,
    Span,
    closing_of,
    left_by,
    lines_of,
    span_of,
)
from services.enrolment.queries.cards import movement_document
from services.enrolment.queries.carried_sums import Sums, read_sums, write_sums
from services.enrolment.queries.statements import lines_document
from services.enrolment.storage.flows import belongs_to
from services.enrolment.storage.stores import Stores
from services.enrolment.storage.tables.money import MOVEMENT
from services.enrolment.storage.tables.seats import TRAINING_CLASS
from vocabulary.rule_book import NATIONAL_ZONE

M = MOVEMENT.c
OF_PROVIDER = (Account.SET_ASIDE, Account.PAID)
"""The accounts in which a provider's money stands."""


@dataclass(frozen=True, slots=True)
class ProviderPeriod:
    """Whose statement, of which days, the last one included; under `key` cursors carry what was summed up."""

    ledger: Ledger
    first: date
    last: date
    key: bytes = field(repr=False)

    @property
    def span(self) -> Span:
        """Return the stretch of time."""
        return span_of(self.first, self.last)


def knows_provider(connection: sa.Connection, provider_id: str) -> bool:
    """Tell whether any class of a provider was ever told of."""
    known = sa.exists().where(TRAINING_CLASS.c.provider_id == provider_id)
    return bool(connection.execute(sa.select(known)).scalar_one())


def list_movements_of_provider(
    connection: sa.Connection, page: Page, period: ProviderPeriod, *, stores: Stores
) -> dict[str, Any]:
    """Return a provider's movements in their order, with what its accounts held before and after the period."""
    after, sums = _go_on(connection, page, period, stores)
    query = (
        sa.select(MOVEMENT)
        .where(*belongs_to(period.ledger))
        .where(M.moved_at >= period.span.begins, M.moved_at < period.span.ends)
        .order_by(M.moved_at, M.movement_id)
        .limit(page.limit + 1)
    )
    if after is not None:
        instant, _, movement_id = after.partition(" ")
        at = read_instant(instant)
        query = query.where(M.moved_at >= at)
        query = query.where(sa.or_(M.moved_at > at, M.movement_id > movement_id))
    rows = connection.execute(query).all()
    listed = page.of(
        rows,
        present=movement_document,
        key=lambda row: _carrying(
            sums, f"{write_instant(row.moved_at)} {row.movement_id}", page, period
        ),
    )
    return {**_of_period(period, sums), **listed}


def list_days_of_provider(
    connection: sa.Connection, page: Page, period: ProviderPeriod, *, stores: Stores
) -> dict[str, Any]:
    """Return a provider's accounts day by day, each day going on from the one before."""
    after, sums = _go_on(connection, page, period, stores)
    first = period.first
    if after is not None:
        first = max(first, date.fromisoformat(after) + timedelta(days=1))
    count = min((period.last - first).days + 1, page.limit + 1)
    days = [first + timedelta(days=number) for number in range(count)]
    lines = _lines_of_days(connection, period, days[: page.limit], sums, stores) if days else {}
    listed = page.of(
        days,
        present=lambda day: {"day": day.isoformat(), "accounts": lines_document(lines[day])},
        key=lambda day: _carrying(
            replace(sums, left=closing_of(lines[day])), day.isoformat(), page, period
        ),
    )
    return {**_of_period(period, sums), **listed}


def _lines_of_days(
    connection: sa.Connection,
    period: ProviderPeriod,
    days: Sequence[date],
    sums: Sums,
    stores: Stores,
) -> dict[date, list[AccountLine]]:
    opening = sums.opening if days[0] == period.first else sums.left
    if opening is None:
        before = stores.flows.before(connection, period.ledger, span_of(days[0]).begins)
        opening = left_by(OF_PROVIDER, before)
    flows = stores.flows.by_day(connection, period.ledger, days)
    lines: dict[date, list[AccountLine]] = {}
    for day in days:
        lines[day] = lines_of(OF_PROVIDER, opening, flows.get(day.isoformat(), ()))
        opening = closing_of(lines[day])
    return lines


def list_classes_of_provider(
    connection: sa.Connection, page: Page, period: ProviderPeriod, *, stores: Stores
) -> dict[str, Any]:
    """Return a provider's accounts class by class, those for which anything moved in the period."""
    after, sums = _go_on(connection, page, period, stores)
    within = (M.moved_at >= period.span.begins, M.moved_at < period.span.ends)
    query = (
        sa.select(M.class_id)
        .distinct()
        .where(*belongs_to(period.ledger), *within)
        .order_by(M.class_id)
        .limit(page.limit + 1)
    )
    if after is not None:
        query = query.where(M.class_id > after)
    classes = list(connection.execute(query).scalars())
    lines = _lines_of_classes(connection, period, classes[: page.limit], stores)
    listed = page.of(
        classes,
        present=lambda class_id: {
            "class_id": class_id,
            "accounts": lines_document(lines[class_id]),
        },
        key=lambda class_id: _carrying(sums, class_id, page, period),
    )
    return {**_of_period(period, sums), **listed}


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
            left_by(OF_PROVIDER, before.get(class_id, ())),
            within.get(class_id, ()),
        )
        for class_id in classes
    }


def _go_on(
    connection: sa.Connection, page: Page, period: ProviderPeriod, stores: Stores
) -> tuple[str | None, Sums]:
    """Return after which key a page begins, and what the accounts came to when the walk began."""
    after, written = parts_of(page.after) if page.after is not None else (None, "")
    if after is not None:
        carried = read_sums(written, key=period.key, of=_of(after, page, period))
        if carried is not None:
            return after, carried
    before = stores.flows.before(connection, period.ledger, period.span.begins)
    flows = stores.flows.within(connection, period.ledger, period.span)
    return after, Sums(left_by(OF_PROVIDER, before), flows)


def parts_of(key: str) -> tuple[str, str]:
    """Part a cursor's key into what the list goes on after and the sums it carries, which are the last word of it."""
    after, _, written = key.rpartition(" ")
    return after, written


def _carrying(sums: Sums, key: str, page: Page, period: ProviderPeriod) -> str:
    return f"{key} {write_sums(sums, key=period.key, of=_of(key, page, period))}"


def _of(key: str, page: Page, period: ProviderPeriod) -> str:
    """Return what sums are signed for: other ones belong to another provider, period, list or place in it."""
    whose = (period.ledger.provider_id, period.first.isoformat(), period.last.isoformat())
    return json.dumps([page.listing, *whose, key])


def _of_period(period: ProviderPeriod, sums: Sums) -> dict[str, Any]:
    return {
        "provider_id": period.ledger.provider_id,
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "zone": NATIONAL_ZONE,
        "accounts": lines_document(lines_of(OF_PROVIDER, sums.opening, sums.flows)),
    }
