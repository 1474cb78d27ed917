"""Who is late: enrolments whose time has passed, the longest ago first.

The times lie in partial indexes over what is still to be done. Where a caller sees only some of them, a page looks at
no more than so many and then says where to go on: it may hold few items, or none, and never takes long.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.clock import read_instant, write_instant
from chassis.pagination import Page
from services.enrolment.domain.programme.card import LIVE_STATES
from services.enrolment.domain.programme.pause import Pause, Paused, clocks_stopped_at
from services.enrolment.domain.reach import Reach
from services.enrolment.domain.seats.enrolment import EnrolmentState
from services.enrolment.storage.cards import lives_in
from services.enrolment.storage.tables.learning import TRAINING_RESULT
from services.enrolment.storage.tables.programme import CARD
from services.enrolment.storage.tables.seats import ENROLMENT, TRAINING_CLASS
from vocabulary.roles import HOLDER, OPERATOR, PROVIDER

E, C = ENROLMENT.c, CARD.c
# Processes of the release before this one redeem and end without a word of who had to act.
_TO_BE_JUDGED = E.live_slot.is_not(None)
_TO_BE_REDEEMED = E.state == EnrolmentState.CONFIRMED.value
_TO_BE_REVIEWED = sa.and_(
    E.state == EnrolmentState.COMPLETED.value,
    E.reviewed.is_(False),
    C.state.in_(sorted(state.value for state in LIVE_STATES)),
)
LOOKED_AT = 2_000
"""Enrolments that a page looks at where not all of them may be shown."""

_RESULT_WAITED_FOR = (
    sa.select(TRAINING_CLASS.c.ends_at)
    .where(TRAINING_CLASS.c.class_id == E.class_id)
    .scalar_subquery()
)
_RESULT_GIVEN = (
    sa.select(TRAINING_RESULT.c.given_at)
    .where(TRAINING_RESULT.c.enrolment_id == E.enrolment_id)
    .scalar_subquery()
)
_HOLDER_WAITED_FOR = sa.case(
    (E.state == EnrolmentState.COMPLETED.value, _RESULT_GIVEN), else_=E.enrolled_at
)


def list_overdue(
    connection: sa.Connection,
    page: Page,
    *,
    actor: str,
    reach: Reach,
    pauses: Sequence[Pause],
    now: datetime,
) -> dict[str, Any]:
    """Return what the actor (`holder`, `provider` or `operator`) has not done in time, within a reach.

    A review opens the next purchase: nobody is late with one whose clock stands still because of one of the `pauses`.
    """
    due = E.holder_due_at if actor == HOLDER else E.provider_due_at
    stopped = any(pause.what is Paused.ENROLMENTS for pause in pauses)
    looked_at = page.limit + 1 if reach.everything and not stopped else LOOKED_AT
    rows = connection.execute(overdue_query(due, page.after, now=now, limit=looked_at)).all()
    shown = [row for row in rows if _may_see(row, reach) and not _stands_still(row, pauses)]
    more_shown = len(shown) > page.limit
    shown = shown[: page.limit]
    last = _where_to_go_on(rows, shown, more_shown, all_looked_at=len(rows) < looked_at)
    return {
        "items": [_document(row, actor) for row in shown],
        "next_cursor": None if last is None else page.cursor(_key(last)),
    }


def overdue_query(
    due: sa.Column[datetime], after: str | None, *, now: datetime, limit: int
) -> sa.Select[Any]:
    """Return the query for so many enrolments whose time has passed, after a key."""
    of_provider = due is E.provider_due_at
    since = _RESULT_WAITED_FOR if of_provider else _HOLDER_WAITED_FOR
    to_be_done = _TO_BE_JUDGED if of_provider else _TO_BE_REDEEMED | _TO_BE_REVIEWED
    query = sa.select(ENROLMENT, due.label("due_at"), since.label("since"), C.region, C.domicile)
    query = query.join(CARD, C.card_ref == E.card_ref).where(due.is_not(None), due <= now)
    query = query.where(to_be_done)
    if after is not None:
        instant, _, enrolment_id = after.partition(" ")
        at = read_instant(instant)
        query = query.where(due >= at).where(sa.or_(due > at, E.enrolment_id > enrolment_id))
    return query.order_by(due, E.enrolment_id).limit(limit)


def _where_to_go_on(
    rows: Sequence[sa.Row[Any]],
    shown: Sequence[sa.Row[Any]],
    more_shown: bool,
    *,
    all_looked_at: bool,
) -> sa.Row[Any] | None:
    if more_shown:
        return shown[-1]
    return None if all_looked_at else rows[-1]


def _may_see(row: sa.Row[Any], reach: Reach) -> bool:
    if reach.has_enrolment(card_ref=row.card_ref, provider_id=row.provider_id):
        return True
    return reach.has_card(region=lives_in(row))


def _stands_still(row: sa.Row[Any], pauses: Sequence[Pause]) -> bool:
    if row.state != EnrolmentState.COMPLETED:
        return False
    return clocks_stopped_at(pauses, regency=lives_in(row)) is not None


def _document(row: sa.Row[Any], actor: str) -> dict[str, Any]:
    completed = row.state == EnrolmentState.COMPLETED
    of_holder = actor == HOLDER
    return {
        "enrolment_id": row.enrolment_id,
        "status": row.state,
        "class_id": row.class_id,
        "provider_id": row.provider_id,
        "card_ref": row.card_ref,
        "region": lives_in(row),
        "action": ("review" if completed else "redemption") if of_holder else "result",
        "whose": HOLDER if of_holder else PROVIDER,
        "actor": HOLDER if of_holder else OPERATOR,
        "since": write_instant(row.since),
        "due_at": write_instant(row.due_at),
    }


def _key(row: sa.Row[Any]) -> str:
    return f"{write_instant(row.due_at)} {row.enrolment_id}"
