"""Classes in their tables: a row each, the regions served, and the number of seats held."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.clock import read_instant, write_instant
from services.catalog.domain.class_plans import ClassPlan
from services.catalog.domain.classes import ClassStatus, TrainingClass
from services.catalog.domain.courses import CourseStatus, Mode, Track
from services.catalog.domain.meetings import Meeting
from services.catalog.storage.tables import (
    CLASS_REGION,
    CLASS_SEATS,
    COURSE,
    PROVIDER,
    TRAINING_CLASS,
)
from services.catalog.storage.versions import save_next_version
from vocabulary.zones import zone

T = TRAINING_CLASS.c

HELD = sa.func.coalesce(CLASS_SEATS.c.held, 0)
"""Seats held as far as enrolment has said; none until then."""

CLASSES = (
    sa.select(
        TRAINING_CLASS,
        COURSE.c.title.label("course_title"),
        COURSE.c.track,
        COURSE.c.hours,
        COURSE.c.price.label("course_price"),
        PROVIDER.c.name.label("provider_name"),
        PROVIDER.c.suspended.label("provider_suspended"),
        HELD.label("held"),
    )
    .select_from(TRAINING_CLASS)
    .join(COURSE, COURSE.c.course_id == T.course_id)
    .join(PROVIDER, PROVIDER.c.provider_id == T.provider_id)
    .outerjoin(CLASS_SEATS, CLASS_SEATS.c.class_id == T.class_id)
)
"""Rows that `classes_of` can read."""


def add_class(connection: sa.Connection, training_class: TrainingClass) -> None:
    """Save a new class with the regions it serves."""
    connection.execute(sa.insert(TRAINING_CLASS).values(_row(training_class)))
    regions = training_class.plan.regions
    if regions:
        connection.execute(
            sa.insert(CLASS_REGION),
            [{"class_id": training_class.class_id, "region": region} for region in regions],
        )


def find_class(
    connection: sa.Connection, class_id: str, *, lock: bool = False
) -> TrainingClass | None:
    """Load a class, holding it until the transaction ends where `lock` is set; None where there is none."""
    query = CLASSES.where(T.class_id == class_id)
    if lock:
        query = query.with_for_update(of=TRAINING_CLASS)
    found = classes_of(connection, connection.execute(query).all())
    return found[0] if found else None


def save_class(connection: sa.Connection, training_class: TrainingClass) -> None:
    """Save a class whose version was raised by one. Raises `PreconditionFailed` where somebody else did so too."""
    save_next_version(connection, TRAINING_CLASS, _row(training_class))


def lock_classes_to_close(
    connection: sa.Connection, *, course_id: str | None, now: datetime, limit: int
) -> list[TrainingClass]:
    """Hold published classes, not yet ended, of archived courses (or of the one course that is given)."""
    query = CLASSES.where(T.status == ClassStatus.PUBLISHED, T.ends_at > now)
    if course_id is None:
        query = query.where(COURSE.c.status == CourseStatus.ARCHIVED)
    else:
        query = query.where(T.course_id == course_id)
    query = query.order_by(T.class_id).limit(limit).with_for_update(of=TRAINING_CLASS)
    return classes_of(connection, connection.execute(query).all())


def save_closed(connection: sa.Connection, classes: Sequence[TrainingClass]) -> None:
    """Save held classes that were closed: one statement, however many they are."""
    connection.execute(
        sa.update(TRAINING_CLASS)
        .where(T.class_id.in_([training_class.class_id for training_class in classes]))
        .values(status=ClassStatus.CLOSED, version=T.version + 1)
    )


def classes_of(connection: sa.Connection, rows: Sequence[sa.Row[Any]]) -> list[TrainingClass]:
    """Make classes of rows of `CLASSES`, with one more statement where any of them serves certain regions only."""
    limited = [row.class_id for row in rows if not row.nationwide]
    regions = _regions_of(connection, limited) if limited else {}
    return [_class_of(row, tuple(regions.get(row.class_id, ()))) for row in rows]


def _regions_of(connection: sa.Connection, class_ids: Sequence[str]) -> Mapping[str, list[str]]:
    regions: defaultdict[str, list[str]] = defaultdict(list)
    query = (
        sa.select(CLASS_REGION)
        .where(CLASS_REGION.c.class_id.in_(class_ids))
        .order_by(CLASS_REGION.c.region)
    )
    for row in connection.execute(query):
        regions[row.class_id].append(row.region)
    return regions


def _class_of(row: sa.Row[Any], regions: tuple[str, ...]) -> TrainingClass:
    return TrainingClass(
        class_id=row.class_id,
        course_id=row.course_id,
        course_title=row.course_title,
        provider_id=row.provider_id,
        provider_name=row.provider_name,
        track=Track(row.track),
        hours=row.hours,
        course_price=row.course_price,
        held=row.held,
        provider_suspended=row.provider_suspended,
        status=ClassStatus(row.status),
        reason=row.reason,
        version=row.version,
        rule_version=row.rule_version,
        plan=ClassPlan(
            mode=Mode(row.mode),
            price=row.price,
            seats=row.seats,
            trainers=row.trainers,
            zone=zone(row.zone),
            link=row.link,
            venue=row.venue,
            regency=row.regency,
            regions=regions,
            registration_opens=row.registration_opens,
            registration_closes=row.registration_closes,
            meetings=tuple(
                Meeting(sequence, read_instant(start), read_instant(end))
                for sequence, start, end in row.meetings
            ),
        ),
    )


def _row(training_class: TrainingClass) -> dict[str, Any]:
    plan = training_class.plan
    return {
        **training_class.facts(),
        "nationwide": not plan.regions,
        "registration_opens": plan.registration_opens,
        "registration_closes": plan.registration_closes,
        "starts_at": plan.starts_at,
        "ends_at": plan.ends_at,
        "meetings": [
            [meeting.sequence, write_instant(meeting.starts_at), write_instant(meeting.ends_at)]
            for meeting in plan.meetings
        ],
    }
