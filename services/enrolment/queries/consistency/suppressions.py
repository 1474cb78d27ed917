"""The list of those who were erased: as many as the journal says, since none can be found by a reference."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.json_text import whole_in
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.queries.consistency.comparison import ENTRY, Comparison, Pair
from services.enrolment.storage.tables.journal import JOURNAL, of_kinds
from services.enrolment.storage.tables.programme import SUPPRESSED_PERSON

H = JOURNAL.head.c

_TOLD = sa.cast(
    sa.func.coalesce(sa.func.sum(whole_in(ENTRY.c.body, "suppressed")), 0), sa.BigInteger
)

SUPPRESSIONS = Comparison(
    "suppression_lists",
    H.id,
    (
        Pair(
            "people erased, by journal",
            sa.select(sa.func.count()).select_from(SUPPRESSED_PERSON).scalar_subquery(),
            sa.select(_TOLD).where(of_kinds(EntryKind.ERASED)).scalar_subquery(),
        ),
    ),
)
"""There is one list: it is walked by the one row that every journal has."""
