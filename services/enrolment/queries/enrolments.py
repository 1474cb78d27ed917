"""Enrolments, and places in waiting lists, as their holder, their provider and the programme see them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.clock import write_instant
from chassis.database import Database
from chassis.pagination import Page
from services.enrolment.domain.learning.redemption import redeem_code
from services.enrolment.domain.reach import Reach
from services.enrolment.domain.seats.enrolment import HOLDS_A_SEAT, EnrolmentState
from services.enrolment.domain.seats.moving import free_exit_until
from services.enrolment.domain.seats.training_class import CANCELLED
from services.enrolment.domain.seats.waiting_list import PlaceState
from services.enrolment.queries.class_document import class_document
from services.enrolment.queries.next_classes import next_classes
from services.enrolment.storage.classes import read_meetings
from services.enrolment.storage.places import is_place
from services.enrolment.storage.tables.seats import ENROLMENT, PLACE, TRAINING_CLASS

E, T = ENROLMENT.c, TRAINING_CLASS.c
P = PLACE.c
_OF_CLASS = (
    *(T.course_id, T.course_title, T.mode, T.zone, T.starts_at, T.ends_at),
    *(T.status.label("class_status"), T.moved_at),
    # Written in full only where it matters: a list shows many classes, few of which were moved.
    sa.case((T.moved_at.is_not(None), T.meetings)).label("meetings"),
)
_SELECT = sa.select(
    ENROLMENT,
    *_OF_CLASS,
    sa.null().label("offer_expires_at"),
    sa.null().label("place_in_line"),
).join(TRAINING_CLASS, T.class_id == E.class_id)
_BEFORE = PLACE.alias("before")
_PLACE_IN_LINE = (
    sa.select(sa.func.count() + 1)
    .where(_BEFORE.c.class_id == P.class_id, _BEFORE.c.number < P.number)
    .where(is_place(PlaceState.WAITLISTED, _BEFORE))
    .correlate(PLACE)
    .scalar_subquery()
)
_IS_NO_ENROLMENT = P.state != PlaceState.ACCEPTED.value
"""A place that was accepted is told of by the enrolment that it became."""

_SELECT_PLACES = (
    sa.select(
        *(P.enrolment_id, P.card_ref, P.class_id, P.provider_id, P.state, P.price, P.assisted),
        P.joined_at.label("enrolled_at"),
        *_OF_CLASS,
        sa.case((is_place(PlaceState.OFFERED), P.offer_expires_at)).label("offer_expires_at"),
        sa.case((is_place(PlaceState.WAITLISTED), _PLACE_IN_LINE)).label("place_in_line"),
    )
    .join(TRAINING_CLASS, T.class_id == P.class_id)
    .where(_IS_NO_ENROLMENT)
)


def within(reach: Reach, of: sa.Table = ENROLMENT) -> sa.ColumnElement[bool]:
    """Return the condition that an enrolment is within a reach: what `Reach.has_enrolment` says, in SQL.

    It holds likewise `of` places in waiting lists.
    """
    if reach.everything:
        return sa.true()
    owned = [
        column == owner
        for column, owner in (
            (of.c.card_ref, reach.card_ref),
            (of.c.provider_id, reach.provider_id),
        )
        if owner is not None
    ]
    return sa.or_(sa.false(), *owned)


def list_enrolments(
    connection: sa.Connection,
    page: Page,
    *,
    reach: Reach,
    filters: Mapping[str, str | None],
    code_key: bytes,
) -> dict[str, Any]:
    """Return the enrolments and places within a reach, the newest first; filters: `class_id`, `status`."""
    rows: list[sa.Row[Any]] = []
    for select, table in ((_SELECT, ENROLMENT), (_SELECT_PLACES, PLACE)):
        query = select.where(within(reach, table))
        if filters.get("class_id"):
            query = query.where(table.c.class_id == filters["class_id"])
        if filters.get("status"):
            query = query.where(table.c.state == filters["status"])
        if page.after is not None:
            query = query.where(table.c.enrolment_id < page.after)
        newest = query.order_by(table.c.enrolment_id.desc()).limit(page.limit + 1)
        rows.extend(connection.execute(newest))
    rows.sort(key=lambda row: str(row.enrolment_id), reverse=True)
    return page.of(
        rows[: page.limit + 1],
        present=lambda row: _document(row, reach=reach, code_key=code_key),
        key=lambda row: str(row.enrolment_id),
    )


def is_visible(connection: sa.Connection, enrolment_id: str, *, reach: Reach) -> bool:
    """Tell whether an id is that of an enrolment or place within a reach."""
    ids = [
        sa.select(table.c.enrolment_id).where(within(reach, table), *condition)
        for table, *condition in (
            (ENROLMENT, E.enrolment_id == enrolment_id),
            (PLACE, P.enrolment_id == enrolment_id, _IS_NO_ENROLMENT),
        )
    ]
    return connection.execute(sa.union_all(*ids)).first() is not None


def show_enrolment(
    connection: sa.Connection,
    enrolment_id: str,
    *,
    reach: Reach,
    code_key: bytes,
    database: Database,
) -> dict[str, Any] | None:
    """Return one enrolment or place, or None where it is absent or out of reach.

    Where its class was called off it comes with the next classes of the course.
    """
    for select, table in ((_SELECT, ENROLMENT), (_SELECT_PLACES, PLACE)):
        query = select.where(within(reach, table), table.c.enrolment_id == enrolment_id)
        row = connection.execute(query).one_or_none()
        if row is not None:
            document = _document(row, reach=reach, code_key=code_key)
            if row.class_status == CANCELLED:
                document["next_classes"] = next_classes(
                    connection, row.course_id, now=database.now(connection)
                )
            return document
    return None


def _document(row: sa.Row[Any], *, reach: Reach, code_key: bytes) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": row.enrolment_id,
        "status": row.state,
        "card_ref": row.card_ref,
        "provider_id": row.provider_id,
        "class": class_document(row),
        "price": row.price,
        "enrolled_at": write_instant(row.enrolled_at),
        "assisted": row.assisted,
    }
    # Only its holder is shown the code: whoever else has it can begin the training in the holder's place.
    if reach.card_ref == row.card_ref and row.state == EnrolmentState.CONFIRMED:
        document["redeem_code"] = redeem_code(code_key, row.enrolment_id)
    if until := _free_exit_until(row):
        document["class_moved_at"] = write_instant(row.moved_at)
        document["free_exit_until"] = write_instant(until)
    if row.place_in_line is not None:
        document["place_in_line"] = row.place_in_line
    if row.offer_expires_at is not None:
        document["offer_expires_at"] = write_instant(row.offer_expires_at)
    return document


def _free_exit_until(row: sa.Row[Any]) -> datetime | None:
    """Return until when somebody with a seat may leave since the class was moved; None where it was not."""
    if row.moved_at is None or row.state not in HOLDS_A_SEAT or row.class_status == CANCELLED:
        return None
    meetings = read_meetings(row.meetings)
    return free_exit_until(meetings, moved_at=row.moved_at, enrolled_at=row.enrolled_at)
