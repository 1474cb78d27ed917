"""Places in waiting lists: state and price, by their entries; one that was accepted goes on as an enrolment."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.json_text import text_in, whole_in
from chassis.unindexed import unindexed
from services.enrolment.domain.seats.waiting_list import PlaceState
from services.enrolment.queries.consistency.comparison import (
    CONFIRMED,
    ENTRY,
    OF_PLACE,
    OFFERED,
    RELEASED,
    WAITLISTED,
    Comparison,
    Pair,
    count,
    latest,
    where,
)
from services.enrolment.storage.tables.seats import ENROLMENT, PLACE

E, J, P = ENROLMENT.c, ENTRY.c, PLACE.c

_STATE_AFTER = sa.case(
    {
        WAITLISTED: PlaceState.WAITLISTED.value,
        OFFERED: PlaceState.OFFERED.value,
        RELEASED: PlaceState.RELEASED.value,
        CONFIRMED: PlaceState.ACCEPTED.value,
    },
    value=J.kind,
)
_OF_PLACE = (
    J.card_ref == P.card_ref,
    unindexed(J.class_id) == P.class_id,
    text_in(J.body, "enrolment_id") == sa.cast(P.enrolment_id, sa.Text),
)
_ACCEPTED = P.state == PlaceState.ACCEPTED.value

PLACES = Comparison(
    "places",
    P.enrolment_id,
    (
        Pair(
            "state of a place, by journal",
            P.state,
            latest(_STATE_AFTER, *_OF_PLACE, J.kind.in_((*OF_PLACE, CONFIRMED)), of=PLACE),
        ),
        Pair(
            "price of a place, by journal",
            P.price,
            latest(whole_in(J.body, "price"), *_OF_PLACE, J.kind == WAITLISTED, of=PLACE),
        ),
        Pair(
            "number of a place, by journal",
            P.number,
            latest(whole_in(J.body, "number"), *_OF_PLACE, J.kind == WAITLISTED, of=PLACE),
        ),
        Pair(
            "why a place ended, by journal",
            P.released,
            latest(text_in(J.body, "released"), *_OF_PLACE, J.kind == RELEASED, of=PLACE),
        ),
        Pair(
            "place joined once",
            sa.literal(1),
            count(ENTRY, *_OF_PLACE, J.kind == WAITLISTED, of=PLACE),
        ),
        Pair(
            "enrolment of an accepted place",
            where(_ACCEPTED, sa.literal(1)),
            where(
                _ACCEPTED,
                count(
                    ENROLMENT,
                    E.enrolment_id == P.enrolment_id,
                    E.card_ref == P.card_ref,
                    E.class_id == P.class_id,
                    of=PLACE,
                ),
            ),
        ),
    ),
)
