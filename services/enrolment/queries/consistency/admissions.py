"""Admissions: their cards, those withdrawn, and the entry that tells of an undo."""

from __future__ import annotations

import sqlalchemy as sa

from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.programme.card import CardState
from services.enrolment.queries.consistency.comparison import (
    ENTRY,
    Comparison,
    Pair,
    count,
    value,
    where,
)
from services.enrolment.storage.tables.programme import ADMISSION, CARD

A, C, J = ADMISSION.c, CARD.c, ENTRY.c

_ITS_CARDS = C.admission_id == A.admission_id
_IS_WITHDRAWN = C.state == CardState.WITHDRAWN.value
_IS_UNDONE = A.undone_position.is_not(None)

ADMISSIONS = Comparison(
    "admissions",
    A.admission_id,
    (
        Pair("cards of an admission", A.cards, count(CARD, _ITS_CARDS, of=ADMISSION)),
        Pair(
            "cards withdrawn of an admission",
            A.withdrawn,
            count(CARD, _ITS_CARDS, _IS_WITHDRAWN, of=ADMISSION),
        ),
        Pair(
            "admission undone, by journal",
            where(_IS_UNDONE, sa.literal(EntryKind.ADMISSION_UNDONE.value)),
            where(_IS_UNDONE, value(J.kind, J.position == A.undone_position, of=ADMISSION)),
        ),
    ),
)
