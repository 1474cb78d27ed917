"""Movements of money: each stands in exactly one entry, with its amount."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.json_text import text_in, whole_in
from services.enrolment.queries.consistency.comparison import (
    AWARD,
    ENTRY,
    MOVES_MONEY,
    Comparison,
    Pair,
    count,
    latest,
)
from services.enrolment.storage.tables import MOVEMENT

J, M = ENTRY.c, MOVEMENT.c

AMOUNT = sa.case((J.kind == AWARD, whole_in(J.body, "balance")), else_=whole_in(J.body, "price"))
"""What an entry says that its movement moved: an award fills an empty card."""

_OF_MOVEMENT = (
    J.card_ref == M.card_ref,
    J.kind.in_(MOVES_MONEY),
    text_in(J.body, "movement_id") == sa.cast(M.movement_id, sa.Text),
)

MOVEMENTS = Comparison(
    "movements",
    M.movement_id,
    (
        Pair("movement amount, by journal", M.amount, latest(AMOUNT, *_OF_MOVEMENT, of=MOVEMENT)),
        Pair("movement recorded once", sa.literal(1), count(ENTRY, *_OF_MOVEMENT, of=MOVEMENT)),
    ),
)
