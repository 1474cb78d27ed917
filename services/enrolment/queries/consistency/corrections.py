"""Corrections of money: as their entries say, with one movement where approved and none where not."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.json_text import text_in
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.money.correction import CorrectionState
from services.enrolment.queries.consistency.comparison import (
    ENTRY,
    OF_CORRECTION,
    Comparison,
    Pair,
    count,
    latest,
)
from services.enrolment.storage.tables.money import CORRECTION, MOVEMENT

C, J, M = CORRECTION.c, ENTRY.c, MOVEMENT.c

_PROPOSED = J.kind == EntryKind.CORRECTION_PROPOSED
_STATE_AFTER = sa.case(
    {
        EntryKind.CORRECTION_PROPOSED: CorrectionState.PROPOSED.value,
        EntryKind.CORRECTION_APPROVED: CorrectionState.APPROVED.value,
        EntryKind.CORRECTION_REFUSED: CorrectionState.REFUSED.value,
        EntryKind.CORRECTION_WITHDRAWN: CorrectionState.WITHDRAWN.value,
    },
    value=J.kind,
)
_OF_CORRECTION = (
    J.card_ref == C.card_ref,
    J.kind.in_(OF_CORRECTION),
    text_in(J.body, "correction_id") == sa.cast(C.correction_id, sa.Text),
)
_MOVEMENTS_DUE = sa.case((C.state == CorrectionState.APPROVED.value, 1), else_=0)

CORRECTIONS = Comparison(
    "corrections",
    C.correction_id,
    (
        Pair(
            "correction state, by journal",
            C.state,
            latest(_STATE_AFTER, *_OF_CORRECTION, of=CORRECTION),
        ),
        Pair(
            "correction proposed once",
            sa.literal(1),
            count(ENTRY, *_OF_CORRECTION, _PROPOSED, of=CORRECTION),
        ),
        Pair(
            "who proposed a correction, by journal",
            C.proposed_by,
            latest(J.actor, *_OF_CORRECTION, _PROPOSED, of=CORRECTION),
        ),
        Pair(
            "who decided on a correction, by journal",
            C.decided_by,
            latest(J.actor, *_OF_CORRECTION, sa.not_(_PROPOSED), of=CORRECTION),
        ),
        Pair(
            "movements of a correction",
            _MOVEMENTS_DUE,
            count(MOVEMENT, M.correction_id == C.correction_id, of=CORRECTION),
        ),
    ),
)
