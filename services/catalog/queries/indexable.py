"""Courses as the search index wants them: published, of an approved provider, with the classes that can be joined."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.database import Database
from services.catalog.domain.classes import ClassStatus
from services.catalog.domain.courses import Course, CourseStatus
from services.catalog.domain.providers import ProviderStatus
from services.catalog.domain.reach import Reach
from services.catalog.queries.documents import course_document
from services.catalog.search.courses import IndexedCourse
from services.catalog.search.offers import Offer
from services.catalog.storage.courses import COURSES, course_of
from services.catalog.storage.tables import (
    CLASS_REGION,
    CLASS_SEATS,
    COURSE,
    PROVIDER,
    TRAINING_CLASS,
)

C, T = COURSE.c, TRAINING_CLASS.c

_IS_PUBLISHED = T.status.concat("") == ClassStatus.PUBLISHED
"""Said so that no index serves it: SQLite would look through every published class instead of those of the courses."""

_HELD = sa.func.coalesce(CLASS_SEATS.c.held, 0)
_INDEXABLE = COURSES.where(
    C.status == CourseStatus.PUBLISHED, PROVIDER.c.status == ProviderStatus.APPROVED
)
_JOINABLE = (
    sa.select(
        T.class_id,
        T.course_id,
        T.starts_at,
        T.regency,
        (T.seats > _HELD).label("has_seats"),
    )
    .outerjoin(CLASS_SEATS, CLASS_SEATS.c.class_id == T.class_id)
    .where(_IS_PUBLISHED)
)

Among = Callable[[sa.Column[str]], sa.ColumnElement[bool]]
"""Makes the condition that the id of a course in a column is one of those to be read."""


def read_indexable(
    connection: sa.Connection, database: Database, course_ids: Iterable[str], *, now: datetime
) -> list[IndexedCourse]:
    """Read those of some courses that belong into the index as they are now."""
    keys = {"keys": database.keys(course_ids)}
    return _read(connection, database.is_among, keys, now=now)


def read_indexable_between(
    connection: sa.Connection, *, after: str | None, until: str, now: datetime
) -> list[IndexedCourse]:
    """Read what belongs into the index of a range of ids, its end included."""

    def is_between(column: sa.Column[str]) -> sa.ColumnElement[bool]:
        return column <= until if after is None else sa.and_(column > after, column <= until)

    return _read(connection, is_between, {}, now=now)


def end_of_range(connection: sa.Connection, *, after: str | None, size: int) -> str | None:
    """Return the last of the next so many ids of courses; None where there is none.

    Ranges are read by their two ends alone, of courses and of classes alike: that is quick whatever the database knows,
    or does not know yet, of how many there are.
    """
    ids = sa.select(C.course_id).order_by(C.course_id).limit(size)
    if after is not None:
        ids = ids.where(C.course_id > after)
    found = ids.subquery()
    query = sa.select(found.c.course_id).order_by(found.c.course_id.desc()).limit(1)
    return connection.execute(query).scalar_one_or_none()


def course_ids_of(
    connection: sa.Connection, *, provider_id: str, after: str | None, limit: int
) -> list[str]:
    """Return ids of a provider's courses in their order, after one of them."""
    query = sa.select(C.course_id).where(C.provider_id == provider_id)
    if after is not None:
        query = query.where(C.course_id > after)
    return list(connection.execute(query.order_by(C.course_id).limit(limit)).scalars())


def course_ids_closing(
    connection: sa.Connection, *, after: datetime, until: datetime
) -> Sequence[str]:
    """Return the courses with a class whose registration closed within a span, its end included."""
    query = (
        sa.select(T.course_id)
        .distinct()
        .where(
            T.registration_closes > after,
            T.registration_closes <= until,
            T.status == ClassStatus.PUBLISHED,
        )
    )
    return connection.execute(query).scalars().all()


def _read(
    connection: sa.Connection, among: Among, parameters: Mapping[str, Any], *, now: datetime
) -> list[IndexedCourse]:
    query = _INDEXABLE.where(among(C.course_id))
    courses = [course_of(row) for row in connection.execute(query, parameters).all()]
    if not courses:
        return []
    offers = _offers(connection, among, parameters, now=now)
    return [_indexed(course, offers.get(course.course_id, ())) for course in courses]


def _offers(
    connection: sa.Connection, among: Among, parameters: Mapping[str, Any], *, now: datetime
) -> Mapping[str, Sequence[Offer]]:
    joinable = _JOINABLE.where(among(T.course_id), T.registration_closes > now)
    limited = (
        sa.select(CLASS_REGION)
        .join(TRAINING_CLASS, T.class_id == CLASS_REGION.c.class_id)
        .where(among(T.course_id), _IS_PUBLISHED)
    )
    regions: defaultdict[str, list[str]] = defaultdict(list)
    for row in connection.execute(limited, parameters).all():
        regions[row.class_id].append(row.region)
    found: defaultdict[str, list[Offer]] = defaultdict(list)
    for row in connection.execute(joinable, parameters).all():
        there = tuple(sorted(regions.get(row.class_id, ())))
        found[row.course_id].append(Offer(row.starts_at, bool(row.has_seats), row.regency, there))
    return found


def _indexed(course: Course, offers: Sequence[Offer]) -> IndexedCourse:
    details = course.details
    units = [unit.title for unit in details.units]
    codes = [*details.competency_codes, *(unit.code for unit in details.units if unit.code)]
    shown = course_document(course, Reach()).body
    return IndexedCourse(
        course_id=course.course_id,
        title=details.title,
        subjects=(details.category or "", *details.outcomes, *units),
        prose=(details.summary, *details.prerequisites),
        codes=codes,
        provider_id=course.provider_id,
        provider_name=course.provider_name,
        track=details.track,
        mode=details.mode,
        price=details.price,
        offers=offers,
        shown=json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode(),
    )
