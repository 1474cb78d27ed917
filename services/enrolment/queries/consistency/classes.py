"""Classes: seats held or used, by enrolments not cancelled and by entries; who waits; no more seats than there are."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from chassis.json_text import whole_in
from services.enrolment.domain.seats.enrolment import EnrolmentState
from services.enrolment.domain.seats.waiting_list import PlaceState
from services.enrolment.queries.consistency.comparison import (
    ENTRY,
    MOVED,
    MOVES_SEATS,
    Comparison,
    Pair,
    count,
    latest,
    value,
    where,
)
from services.enrolment.storage.tables.seats import ENROLMENT, PLACE, TRAINING_CLASS

E, J, P, T = ENROLMENT.c, ENTRY.c, PLACE.c, TRAINING_CLASS.c

_NOT_GIVEN_BACK = E.state != EnrolmentState.CANCELLED.value
_TOLD = latest(
    whole_in(J.body, "held"),
    J.class_id == T.class_id,
    J.kind.in_(MOVES_SEATS),
    of=TRAINING_CLASS,
)
_TAKEN = T.held + T.offered
_NOT_OVERSOLD = sa.case((T.effective_seats < _TAKEN, T.effective_seats), else_=_TAKEN)


def _in_list(state: PlaceState) -> sa.ColumnElement[Any]:
    return count(PLACE, P.class_id == T.class_id, P.state == state.value, of=TRAINING_CLASS)


_LAST_NUMBER = value(
    sa.func.coalesce(sa.func.max(P.number), 0), P.class_id == T.class_id, of=TRAINING_CLASS
)

_IS_MOVED = T.moved_at.is_not(None)
_TOLD_OF_MOVE = (
    J.position == T.moved_position,
    J.class_id == T.class_id,
    J.kind == MOVED,
    J.recorded_at == T.moved_at,
)

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
        Pair("oversold", _TAKEN, _NOT_OVERSOLD),
        Pair("waiting in a class, by places", T.waiting, _in_list(PlaceState.WAITLISTED)),
        Pair("seats offered, by places", T.offered, _in_list(PlaceState.OFFERED)),
        Pair("who joined a list, by places", T.joined, _LAST_NUMBER),
        Pair(
            "class moved, by journal",
            where(_IS_MOVED, sa.literal(1)),
            where(_IS_MOVED, count(ENTRY, *_TOLD_OF_MOVE, of=TRAINING_CLASS)),
        ),
    ),
)
