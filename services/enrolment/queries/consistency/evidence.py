"""Evidence: each stands in exactly one entry, at the position that it says, with what it says."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.json_text import text_in, whole_in
from services.enrolment.queries.consistency.comparison import (
    ENTRY,
    TELLS_ATTENDANCE,
    Comparison,
    Expression,
    Pair,
    value,
)
from services.enrolment.storage.tables.learning import EVIDENCE

J, V = ENTRY.c, EVIDENCE.c

_ITS_ENTRY = (
    J.position == V.position,
    J.kind.in_(TELLS_ATTENDANCE),
    text_in(J.body, "evidence_id") == sa.cast(V.evidence_id, sa.Text),
)


_PRESENT = sa.cast(text_in(J.body, "present"), sa.Text)
"""PostgreSQL reads a flag as true, SQLite as 1."""


def _told(fact: Expression) -> Expression:
    return value(fact, *_ITS_ENTRY, of=EVIDENCE)


EVIDENCES = Comparison(
    "evidence",
    V.evidence_id,
    (
        Pair(
            "enrolment of evidence, by journal",
            sa.cast(V.enrolment_id, sa.Text),
            _told(text_in(J.body, "enrolment_id")),
        ),
        Pair(
            "meeting of evidence, by journal",
            V.sequence,
            _told(whole_in(J.body, "sequence")),
        ),
        Pair(
            "presence in evidence, by journal",
            sa.case((V.present, 1), else_=0),
            _told(sa.case((_PRESENT.in_(("true", "1")), 1), else_=0)),
        ),
        Pair(
            "correction of evidence, by journal",
            sa.cast(V.corrects, sa.Text),
            _told(text_in(J.body, "corrects")),
        ),
        Pair("who recorded evidence, by journal", V.actor, _told(J.actor)),
    ),
)
