"""Sum up what accounts held on a day that is over, so that statements need not add up everything since the beginning.

Nothing has to be remembered between two of these transactions. Which day comes next is what the table says.
"""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa

from services.enrolment.domain.money.movement import Account
from services.enrolment.domain.money.statement import (
    Balances,
    Ledger,
    is_settled,
    lines_of,
    span_of,
)
from services.enrolment.storage.stores import Stores
from vocabulary.rule_book import national_day


def settle_day(connection: sa.Connection, *, stores: Stores) -> date | None:
    """Sum up the earliest day that is not summed up yet; return it, or None where none is over that long."""
    stores.account_days.hold(connection)
    now = stores.database.now(connection)
    following = _following(connection, stores)
    if following is None:
        return None
    day, opening = following
    if not is_settled(day, now=now):
        return None
    flows = stores.flows.within(connection, Ledger(), span_of(day))
    stores.account_days.add(connection, day, lines_of(Account, opening, flows), now=now)
    return day


def _following(connection: sa.Connection, stores: Stores) -> tuple[date, Balances] | None:
    last = stores.account_days.latest(connection)
    if last is not None:
        return last.day + timedelta(days=1), last.closing
    first = stores.flows.first_instant(connection)
    return None if first is None else (national_day(first), {})
