"""Draws and applications: what is published by what the journal tells, and every application by its entries.

An application that was slipped in has no entry, one whose person was exchanged has another digest, and one that was
taken away is missing from its draw's counts.
"""

from __future__ import annotations

import sqlalchemy as sa

from chassis.digest_in_sql import digest_of
from chassis.json_text import identifier_in, text_in, whole_in
from services.enrolment.domain.draw.application import JUDGED, ApplicationState
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.queries.consistency.comparison import (
    ENTRY,
    Comparison,
    Expression,
    Pair,
    count,
    value,
    where,
)
from services.enrolment.storage.tables.draws import APPLICATION, DRAW

A, D, J = APPLICATION.c, DRAW.c, ENTRY.c


def _told(
    fact: str, position: sa.Column[int], kind: EntryKind, member: Expression | None = None
) -> Expression:
    """Return a fact of the entry that tells of a step of a draw."""
    its_own = (
        J.position == position,
        J.kind == kind,
        identifier_in(J.body, "wave_id") == D.wave_id,
    )
    return value(text_in(J.body, fact) if member is None else member, *its_own, of=DRAW)


def _counted(state: ApplicationState) -> Expression:
    return count(APPLICATION, A.wave_id == D.wave_id, A.state == state.value, of=DRAW)


_TAKES_PART = (A.wave_id == D.wave_id, A.state != ApplicationState.WITHDRAWN.value)
_IS_LISTED = D.listed_at.is_not(None)

DRAWS = Comparison(
    "draws",
    D.wave_id,
    (
        Pair(
            "commitment of a draw, by journal",
            D.commitment,
            _told("commitment", D.announced_position, EntryKind.DRAW_ANNOUNCED),
        ),
        Pair(
            "outside source of a draw, by journal",
            D.outside_source,
            _told("outside_source", D.announced_position, EntryKind.DRAW_ANNOUNCED),
        ),
        Pair(
            "list of a draw, by journal",
            D.list_root,
            _told("root", D.listed_position, EntryKind.DRAW_LISTED),
        ),
        Pair(
            "outside value of a draw, by journal",
            D.outside_value,
            _told("value", D.entered_position, EntryKind.DRAW_SETTLED),
        ),
        Pair(
            "order of a draw, by journal",
            D.order_root,
            _told("root", D.ordered_position, EntryKind.DRAW_ORDERED),
        ),
        Pair(
            "secret of a draw, by journal",
            D.secret,
            _told("secret", D.revealed_position, EntryKind.DRAW_REVEALED),
        ),
        Pair(
            "size of a draw's list, by applications",
            D.size,
            where(_IS_LISTED, count(APPLICATION, *_TAKES_PART, of=DRAW)),
        ),
        Pair("drawn of a draw, by applications", D.drawn, _counted(ApplicationState.DRAWN)),
        Pair("refused of a draw, by applications", D.refused, _counted(ApplicationState.REFUSED)),
        Pair(
            "not drawn of a draw, by applications",
            D.not_drawn,
            _counted(ApplicationState.NOT_DRAWN),
        ),
        Pair(
            "draw that stands still: list, order or people are not the published ones",
            where(D.halted_at.is_not(None), sa.literal_column("'halted'")),
            sa.cast(sa.null(), sa.Text),
        ),
    ),
    at_once=1,  # a draw may have a million applications, each of which is looked at
)

_STATE = A.state
_ITS_OWN = identifier_in(J.body, "application_id") == A.application_id
_WAITS = A.state == ApplicationState.APPLIED.value
_HAS_ENDED = A.state != ApplicationState.APPLIED.value
_STATE_AFTER = sa.case(
    (J.kind == EntryKind.APPLICATION_WITHDRAWN, ApplicationState.WITHDRAWN.value),
    (J.kind == EntryKind.APPLICATION_JUDGED, text_in(J.body, "state")),
)
_SEALED_AS_MADE = value(
    text_in(J.body, "sealed_sha256"),
    J.position == A.applied_position,
    J.kind == EntryKind.APPLICATION_MADE,
    _ITS_OWN,
    of=APPLICATION,
)
_WAS_JUDGED = A.state.in_([state.value for state in JUDGED])

APPLICATIONS = Comparison(
    "applications",
    A.application_id,
    (
        Pair(
            "application made, by journal",
            A.wave_id,
            value(
                identifier_in(J.body, "wave_id"),
                J.position == A.applied_position,
                J.kind == EntryKind.APPLICATION_MADE,
                _ITS_OWN,
                of=APPLICATION,
            ),
        ),
        Pair(
            "person of an application, by journal",
            where(_WAITS, digest_of(A.sealed)),
            where(_WAITS, _SEALED_AS_MADE),
        ),
        Pair(
            "application state, by journal",
            where(_HAS_ENDED, _STATE),
            value(_STATE_AFTER, J.position == A.ended_position, _ITS_OWN, of=APPLICATION),
        ),
        Pair(
            "application card, by journal",
            A.card_ref,
            value(J.card_ref, J.position == A.ended_position, _ITS_OWN, of=APPLICATION),
        ),
        Pair(
            "application place, by journal",
            where(_WAS_JUDGED, A.place),
            value(whole_in(J.body, "place"), J.position == A.ended_position, of=APPLICATION),
        ),
    ),
)
