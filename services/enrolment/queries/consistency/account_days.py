"""What accounts held day by day: by the movements of each day, and each day going on from the one before."""

from __future__ import annotations

import sqlalchemy as sa

from services.enrolment.queries.consistency.comparison import (
    Comparison,
    Expression,
    Pair,
    value,
)
from services.enrolment.storage.tables.money import ACCOUNT_DAY, MOVEMENT

D, M = ACCOUNT_DAY.c, MOVEMENT.c
_BEFORE = ACCOUNT_DAY.alias("day_before")
B = _BEFORE.c


def _moved(account: sa.Column[str]) -> Expression:
    """Return the rupiah that moved on the day with its account at one end."""
    amount = sa.cast(sa.func.coalesce(sa.func.sum(M.amount), 0), sa.BigInteger)
    on_the_day = (M.moved_at >= D.begins_at, M.moved_at < D.ends_at)
    return value(amount, account == D.account, *on_the_day, of=ACCOUNT_DAY)


ACCOUNT_DAYS = Comparison(
    "account_days",
    D.line_id,
    (
        Pair(
            "opening of a day, by the day before",
            D.opening,
            sa.func.coalesce(
                value(B.closing, B.account == D.account, B.ends_at == D.begins_at, of=ACCOUNT_DAY),
                0,
            ),
        ),
        Pair("what came in on a day, by movements", D.came_in, _moved(M.target)),
        Pair("what went out on a day, by movements", D.went_out, _moved(M.source)),
    ),
    at_once=20,  # each walks through the movements of a day
)
