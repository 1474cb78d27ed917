"""Statements: what accounts held when a stretch of time began, what came in and went out, and what was left.

A day is one of the national zone, in which the programme's money is counted wherever its holder lives.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.enrolment.domain.money.movement import Account
from vocabulary.rule_book import beginning_of, national_day, shipped_rules

SETTLED_AFTER = timedelta(hours=1)
"""How long after a day its sums are kept for good: by then everything is committed whose instant lies in it."""

Balances = Mapping[Account, int]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time: its end no longer belongs to it."""

    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Ledger:
    """Whose movements: everybody's, a provider's, or those of one of its classes."""

    provider_id: str | None = None
    class_id: str | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """What all movements of one cause between the same accounts come to."""

    cause: str
    source: Account
    target: Account
    amount: int
    movements: int


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account in a stretch of time."""

    account: Account
    opening: int
    came_in: tuple[Flow, ...] = ()
    went_out: tuple[Flow, ...] = ()

    @property
    def closing(self) -> int:
        """Return what was left."""
        return self.opening + total(self.came_in) - total(self.went_out)


def span_of(first: date, last: date | None = None) -> Span:
    """Return the stretch from the beginning of a day to the end of the last one, by default of the same."""
    return Span(beginning_of(first), beginning_of((last or first) + timedelta(days=1)))


def has_begun(day: date, *, now: datetime) -> bool:
    """Tell whether money can have moved on a day: the programme had rules by then, and it is not to come."""
    return next(iter(shipped_rules())).effective_from <= day <= national_day(now)


def is_settled(day: date, *, now: datetime) -> bool:
    """Tell whether nothing is added to a day any more."""
    return now >= span_of(day).ends + SETTLED_AFTER


def lines_of(
    accounts: Iterable[Account], opening: Balances, flows: Iterable[Flow]
) -> list[AccountLine]:
    """Return a line for each of the accounts; what is not in `opening` began with nothing."""
    told = [*flows]
    return [
        AccountLine(
            account,
            opening.get(account, 0),
            tuple(flow for flow in told if flow.target is account),
            tuple(flow for flow in told if flow.source is account),
        )
        for account in accounts
    ]


def left_by(accounts: Iterable[Account], flows: Iterable[Flow]) -> dict[Account, int]:
    """Return what accounts hold that began with nothing."""
    return closing_of(lines_of(accounts, {}, flows))


def closing_of(lines: Iterable[AccountLine]) -> dict[Account, int]:
    """Return what accounts were left with: the next stretch begins with that."""
    return {line.account: line.closing for line in lines}


def total(flows: Iterable[Flow]) -> int:
    """Add up the rupiah."""
    return sum(flow.amount for flow in flows)
