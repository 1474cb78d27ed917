"""Classes: the seats held or used, by enrolments that were not cancelled and by entries; never more than there are."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.json_text import whole_in
from services.enrolment.domain.seats.enrolment import EnrolmentState
from services.enrolment.queries.consistency.comparison import (
    ENTRY,
    MOVES_SEATS,
    Comparison,
    Pair,
    count,
    latest,
)
from services.enrolment.storage.tables.seats import ENROLMENT, TRAINING_CLASS

E, J, T = ENROLMENT.c, ENTRY.c, TRAINING_CLASS.c

_NOT_GIVEN_BACK = E.state != EnrolmentState.CANCELLED.value
_TOLD = latest(
    whole_in(J.body, "held"),
    J.class_id == T.class_id,
    J.kind.in_(MOVES_SEATS),
    of=TRAINING_CLASS,
)
_NOT_OVERSOLD = sa.case((T.held > T.effective_seats, T.effective_seats), else_=T.held)

CLASSES = Comparison(
    "classes",
    T.class_id,
    (
        Pair(
            "seats held, by enrolments",
            T.held,
            count(ENROLMENT, E.class_id == T.class_id, _NOT_GIVEN_BACK, of=TRAINING_CLASS),
        ),
        Pair("seats held, by journal", T.held, sa.func.coalesce(_TOLD, 0)),
        Pair("oversold", T.held, _NOT_OVERSOLD),
    ),
)
