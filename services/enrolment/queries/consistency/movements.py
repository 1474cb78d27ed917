"""Movements of money: each stands in exactly one entry, with its amount."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.json_text import text_in, whole_in
from services.enrolment.domain.money.correction import CorrectionState
from services.enrolment.domain.money.movement import Account, Cause
from services.enrolment.queries.consistency.comparison import (
    AWARD,
    CORRECTED,
    EMPTIES,
    ENTRY,
    INCENTIVES,
    MOVES_MONEY,
    Comparison,
    Pair,
    count,
    latest,
    where,
)
from services.enrolment.storage.tables.money import CORRECTION, INCENTIVE, MOVEMENT

J, M = ENTRY.c, MOVEMENT.c

AMOUNT = sa.case(
    (J.kind == AWARD, whole_in(J.body, "balance")),
    (J.kind.in_((CORRECTED, *EMPTIES, *INCENTIVES)), sa.func.abs(whole_in(J.body, "amount"))),
    else_=whole_in(J.body, "price"),
)
"""What an entry says that its movement moved: an award fills an empty card."""

_OF_MOVEMENT = (
    J.card_ref == M.card_ref,
    J.kind.in_(MOVES_MONEY),
    text_in(J.body, "movement_id") == sa.cast(M.movement_id, sa.Text),
)

_CORRECTS = M.cause == Cause.CORRECTION.value
_ITS_CORRECTION = (
    CORRECTION.c.correction_id == M.correction_id,
    CORRECTION.c.card_ref == M.card_ref,
    CORRECTION.c.state == CorrectionState.APPROVED.value,
    CORRECTION.c.amount == sa.case((M.target == Account.CARD.value, M.amount), else_=-M.amount),
)

_OWES = sa.or_(M.source == Account.INCENTIVE.value, M.target == Account.INCENTIVE.value)
_ITS_INCENTIVE = (
    INCENTIVE.c.card_ref == M.card_ref,
    INCENTIVE.c.amount == M.amount,
    sa.case(
        (M.target == Account.INCENTIVE.value, INCENTIVE.c.incentive_id),
        else_=INCENTIVE.c.withdrawal_id,
    )
    == M.movement_id,
)

MOVEMENTS = Comparison(
    "movements",
    M.movement_id,
    (
        Pair("movement amount, by journal", M.amount, latest(AMOUNT, *_OF_MOVEMENT, of=MOVEMENT)),
        Pair(
            "correction of a movement",
            where(_CORRECTS, sa.literal(1)),
            where(_CORRECTS, count(CORRECTION, *_ITS_CORRECTION, of=MOVEMENT)),
        ),
        Pair(
            "incentive of a movement",
            where(_OWES, sa.literal(1)),
            where(_OWES, count(INCENTIVE, *_ITS_INCENTIVE, of=MOVEMENT)),
        ),
        Pair("movement recorded once", sa.literal(1), count(ENTRY, *_OF_MOVEMENT, of=MOVEMENT)),
    ),
)
