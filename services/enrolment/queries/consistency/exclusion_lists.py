"""Lists of people who may hold no card: where each stands, by the entry that told of it last."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.json_text import text_in, whole_in
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.exclusion.exclusion_list import ListState
from services.enrolment.queries.consistency.comparison import (
    ENTRY,
    Comparison,
    Pair,
    value,
    where,
)
from services.enrolment.storage.tables.exclusions import EXCLUSION_LIST

J, L = ENTRY.c, EXCLUSION_LIST.c

_ITS_OWN = text_in(J.body, "list_id") == sa.cast(L.list_id, sa.Text)
_STATE_AFTER = sa.case(
    (J.kind == EntryKind.EXCLUSION_LIST_ANNOUNCED, ListState.AWAITED.value),
    (J.kind == EntryKind.EXCLUSION_LIST_RECEIVED, ListState.READY.value),
    # Of another list it tells that this one went out of force, or is in force again.
    (
        J.kind == EntryKind.EXCLUSION_LIST_ACTIVATED,
        sa.case((_ITS_OWN, ListState.IN_FORCE.value), else_=ListState.SUPERSEDED.value),
    ),
    (
        J.kind == EntryKind.EXCLUSION_LIST_WITHDRAWN,
        sa.case((_ITS_OWN, ListState.WITHDRAWN.value), else_=ListState.IN_FORCE.value),
    ),
)
_TOLD_THERE = J.position == L.position
_TOLD = sa.case((L.state == ListState.RECEIVING.value, ListState.AWAITED.value), else_=L.state)
_LISTED_THEN = value(
    whole_in(J.body, "listed"),
    _TOLD_THERE,
    J.kind == EntryKind.EXCLUSION_LIST_ACTIVATED,
    _ITS_OWN,
    of=EXCLUSION_LIST,
)
_ACTIVATED_THERE = _LISTED_THEN.is_not(None)

EXCLUSION_LISTS = Comparison(
    "exclusion_lists",
    L.list_id,
    (
        Pair(
            "exclusion list state, by journal",
            _TOLD,
            value(_STATE_AFTER, _TOLD_THERE, of=EXCLUSION_LIST),
        ),
        Pair(
            "people on a list in force, by journal",
            where(_ACTIVATED_THERE, L.listed),
            where(_ACTIVATED_THERE, _LISTED_THEN),
        ),
    ),
)
