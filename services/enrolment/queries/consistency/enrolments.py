"""Enrolments: state and price, by their entries; each was confirmed once."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.json_text import text_in, whole_in
from services.enrolment.domain.seats.enrolment import EnrolmentState
from services.enrolment.queries.consistency.comparison import (
    CANCELLED,
    CONFIRMED,
    ENTRY,
    OF_ENROLMENT,
    REDEEMED,
    Comparison,
    Pair,
    count,
    latest,
)
from services.enrolment.storage.tables import ENROLMENT

E, J = ENROLMENT.c, ENTRY.c

_STATE_AFTER = sa.case(
    {
        CONFIRMED: EnrolmentState.CONFIRMED.value,
        REDEEMED: EnrolmentState.ACTIVE.value,
        CANCELLED: EnrolmentState.CANCELLED.value,
    },
    value=J.kind,
)
_OF_ENROLMENT = (
    J.card_ref == E.card_ref,
    J.class_id == E.class_id,
    J.kind.in_(OF_ENROLMENT),
    text_in(J.body, "enrolment_id") == sa.cast(E.enrolment_id, sa.Text),
)
_CONFIRMED = J.kind == CONFIRMED

ENROLMENTS = Comparison(
    "enrolments",
    E.enrolment_id,
    (
        Pair(
            "enrolment state, by journal",
            E.state,
            latest(_STATE_AFTER, *_OF_ENROLMENT, of=ENROLMENT),
        ),
        Pair(
            "enrolment price, by journal",
            E.price,
            latest(whole_in(J.body, "price"), *_OF_ENROLMENT, _CONFIRMED, of=ENROLMENT),
        ),
        Pair(
            "enrolment confirmed once",
            sa.literal(1),
            count(ENTRY, *_OF_ENROLMENT, _CONFIRMED, of=ENROLMENT),
        ),
    ),
)
