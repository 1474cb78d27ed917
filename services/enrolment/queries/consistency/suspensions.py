"""Suspended providers: as their entries say, and nobody got a seat in their classes since."""

from __future__ import annotations

import sqlalchemy as sa

from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.queries.consistency.comparison import (
    CONFIRMED,
    ENTRY,
    Comparison,
    Pair,
    count,
    value,
    where,
)
from services.enrolment.storage.tables.seats import SUSPENSION

J, S = ENTRY.c, SUSPENSION.c

_KIND = sa.case(
    (S.in_force, EntryKind.SUSPENSION_BEGUN.value), else_=EntryKind.SUSPENSION_ENDED.value
)
_TOLD_THERE = (J.position == S.position, J.provider_id == S.provider_id)
_GIVEN_SINCE = (J.provider_id == S.provider_id, J.position > S.position, J.kind == CONFIRMED)

SUSPENSIONS = Comparison(
    "suspensions",
    S.provider_id,
    (
        Pair("suspension, by journal", _KIND, value(J.kind, *_TOLD_THERE, of=SUSPENSION)),
        Pair(
            "seats given while suspended",
            where(S.in_force, sa.literal(0)),
            where(S.in_force, count(ENTRY, *_GIVEN_SINCE, of=SUSPENSION)),
        ),
    ),
)
