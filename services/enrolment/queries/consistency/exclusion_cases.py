"""Cases about holders on a list: as their entries say, and none about a card that stands otherwise than the case."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.json_text import text_in
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.exclusion.case import LIVE, CaseState
from services.enrolment.domain.programme.card import LIVE_STATES, CardState
from services.enrolment.queries.consistency.comparison import (
    ENTRY,
    OF_CASE,
    Comparison,
    Pair,
    count,
    latest,
    value,
    where,
)
from services.enrolment.storage.tables.exclusions import EXCLUSION_CASE
from services.enrolment.storage.tables.programme import CARD

C, J, X = CARD.c, ENTRY.c, EXCLUSION_CASE.c

_OPENED = J.kind == EntryKind.EXCLUSION_CASE_OPENED
_STATE_AFTER = sa.case(
    {
        EntryKind.EXCLUSION_CASE_OPENED: CaseState.OPEN.value,
        EntryKind.EXCLUSION_CASE_UPHELD: CaseState.UPHELD.value,
        EntryKind.EXCLUSION_CASE_APPEALED: CaseState.APPEALED.value,
        EntryKind.EXCLUSION_CASE_FINAL: CaseState.FINAL.value,
        EntryKind.EXCLUSION_CASE_DISMISSED: CaseState.DISMISSED.value,
        EntryKind.EXCLUSION_CASE_GRANTED: CaseState.GRANTED.value,
        EntryKind.EXCLUSION_CASE_LAPSED: CaseState.LAPSED.value,
        EntryKind.CARD_REVOKED: CaseState.REVOKED.value,
    },
    value=J.kind,
)
_OF_CASE = (
    J.card_ref == X.card_ref,
    J.kind.in_(OF_CASE),
    text_in(J.body, "case_id") == sa.cast(X.case_id, sa.Text),
)
_REVOKED = X.state == CaseState.REVOKED.value
_LAPSED = X.state == CaseState.LAPSED.value
_GOES_ON = X.state.in_([state.value for state in LIVE])
_LIVE, _OVER = "live", "over"
_ITS_CARD = C.card_ref == X.card_ref
_CARD_IS = value(
    sa.case((C.state.in_(sorted(state.value for state in LIVE_STATES)), _LIVE), else_=_OVER),
    _ITS_CARD,
    of=EXCLUSION_CASE,
)


def _who(column: sa.Column[str], *kinds: EntryKind) -> Pair:
    """Compare who took a step with the actor of the entry that tells of it."""
    told = latest(J.actor, *_OF_CASE, J.kind.in_(kinds), of=EXCLUSION_CASE)
    return Pair(f"exclusion case {column.name}, by journal", column, told)


EXCLUSION_CASES = Comparison(
    "exclusion_cases",
    X.case_id,
    (
        Pair(
            "exclusion case state, by journal",
            X.state,
            latest(_STATE_AFTER, *_OF_CASE, of=EXCLUSION_CASE),
        ),
        Pair(
            "exclusion case opened once",
            sa.literal(1),
            count(ENTRY, *_OF_CASE, _OPENED, of=EXCLUSION_CASE),
        ),
        _who(X.upheld_by, EntryKind.EXCLUSION_CASE_UPHELD),
        _who(X.appealed_by, EntryKind.EXCLUSION_CASE_APPEALED),
        _who(X.reviewed_by, EntryKind.EXCLUSION_CASE_FINAL, EntryKind.EXCLUSION_CASE_GRANTED),
        Pair(
            "card of an exclusion case that ended so",
            where(_REVOKED, sa.literal(CardState.REVOKED.value)),
            where(_REVOKED, value(C.state, _ITS_CARD, of=EXCLUSION_CASE)),
        ),
        Pair(
            "card of an exclusion case that lapsed",
            where(_LAPSED, sa.literal(_OVER)),
            where(_LAPSED, _CARD_IS),
        ),
        Pair(
            "card of an exclusion case that goes on",
            where(_GOES_ON, sa.literal(_LIVE)),
            where(_GOES_ON, _CARD_IS),
        ),
    ),
)
