"""Enrolments: state and price, by their entries; each was confirmed and ended once, and completed by evidence alone."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.json_text import text_in, whole_in
from chassis.unindexed import unindexed
from services.enrolment.domain.learning.result import KIND_OF
from services.enrolment.domain.seats.enrolment import HAS_A_RESULT, HOLDS_A_SEAT, EnrolmentState
from services.enrolment.queries.consistency.comparison import (
    CANCELLED,
    CONFIRMED,
    ENDED,
    ENTRY,
    OF_ENROLMENT,
    REDEEMED,
    REVIEWED,
    VOIDED,
    Comparison,
    Pair,
    count,
    latest,
    value,
    where,
)
from services.enrolment.storage.tables.learning import EVIDENCE, REVIEW, TRAINING_RESULT
from services.enrolment.storage.tables.seats import ENROLMENT

E, J, R, V = ENROLMENT.c, ENTRY.c, TRAINING_RESULT.c, EVIDENCE.c

_STATE_AFTER = sa.case(
    {
        CONFIRMED: EnrolmentState.CONFIRMED.value,
        REDEEMED: EnrolmentState.ACTIVE.value,
        CANCELLED: EnrolmentState.CANCELLED.value,
        **{kind: state.value for state, kind in KIND_OF.items()},
        VOIDED: EnrolmentState.VOIDED.value,
    },
    value=J.kind,
)
_OF_ENROLMENT = (
    J.card_ref == E.card_ref,
    unindexed(J.class_id) == E.class_id,
    J.kind.in_(OF_ENROLMENT),
    text_in(J.body, "enrolment_id") == sa.cast(E.enrolment_id, sa.Text),
)
_CONFIRMED = J.kind == CONFIRMED
_TELLS_CONSENT = sa.and_(_CONFIRMED, text_in(J.body, "consent").is_not(None))
_REVIEWED = (
    J.card_ref == E.card_ref,
    unindexed(J.class_id) == E.class_id,
    J.kind == REVIEWED,
    text_in(J.body, "enrolment_id") == sa.cast(E.enrolment_id, sa.Text),
)
_ENDED = J.kind.in_(ENDED)
_RUNS = E.state.in_(sorted(state.value for state in HOLDS_A_SEAT))
_JUDGED = E.state.in_(sorted(state.value for state in HAS_A_RESULT))
_COMPLETED = E.state == EnrolmentState.COMPLETED.value
_ITS_RESULT = R.enrolment_id == E.enrolment_id
_HAS_COME = (
    sa.exists()
    .where(V.enrolment_id == E.enrolment_id, V.sequence == 1, V.present)
    .where(_ITS_RESULT, R.evidence.contains(sa.cast(V.evidence_id, sa.Text)))
    .correlate(ENROLMENT)
)

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
            "result of an enrolment, by results",
            where(_JUDGED, E.state),
            where(_JUDGED, value(R.outcome, _ITS_RESULT, of=ENROLMENT)),
        ),
        Pair(
            "results of an enrolment, by journal",
            count(TRAINING_RESULT, _ITS_RESULT, of=ENROLMENT),
            count(ENTRY, *_OF_ENROLMENT, _ENDED, of=ENROLMENT),
        ),
        Pair(
            "ends of an enrolment, by journal",
            sa.case((_RUNS, 0), else_=1),
            count(ENTRY, *_OF_ENROLMENT, J.kind.in_((CANCELLED, *ENDED)), of=ENROLMENT),
        ),
        Pair(
            "evidence of a completed enrolment",
            where(_COMPLETED, sa.true()),
            where(_COMPLETED, _HAS_COME),
        ),
        Pair(
            "review of an enrolment",
            sa.case((E.reviewed, 1), else_=0),
            count(REVIEW, REVIEW.c.enrolment_id == E.enrolment_id, of=ENROLMENT),
        ),
        Pair(
            "review of an enrolment, by journal",
            sa.case((E.reviewed, 1), else_=0),
            count(ENTRY, *_REVIEWED, of=ENROLMENT),
        ),
        Pair(
            "consent to an enrolment, by journal",
            # The release before wrote neither down: what its officers did stands in the journal by their role alone.
            sa.case((E.consent, 1), else_=0),
            count(ENTRY, *_OF_ENROLMENT, _TELLS_CONSENT, of=ENROLMENT),
        ),
        Pair(
            "enrolment confirmed once",
            sa.literal(1),
            count(ENTRY, *_OF_ENROLMENT, _CONFIRMED, of=ENROLMENT),
        ),
    ),
)
