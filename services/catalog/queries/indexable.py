"""Courses as the search index wants them: published, of a public provider, with the classes that can be joined.

A provider that is suspended has none: its courses are found, and none of their classes is offered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa

from chassis.database import Database
from chassis.unindexed import unindexed
from services.catalog.domain.classes import ClassStatus
from services.catalog.domain.courses import CourseStatus
from services.catalog.domain.providers import ProviderStatus
from services.catalog.queries.class_filter import NOT_SUSPENDED
from services.catalog.queries.documents import COURSE_COLUMNS, public_course
from services.catalog.search.courses import IndexedCourse
from services.catalog.search.offers import Offer
from services.catalog.storage.courses import COURSES
from services.catalog.storage.tables import (
    CLASS_REGION,
    CLASS_SEATS,
    COURSE,
    PROVIDER,
    TRAINING_CLASS,
)

C, T = COURSE.c, TRAINING_CLASS.c


# Classes are found by their courses, not among all that are published, or that can still be joined.
_IS_PUBLISHED = unindexed(T.status) == ClassStatus.PUBLISHED

_HELD = sa.func.coalesce(CLASS_SEATS.c.held, 0)
_PUBLISHED = COURSES.with_only_columns(
    *(COURSES.selected_columns[name] for name in COURSE_COLUMNS), PROVIDER.c.status
).where(C.status == CourseStatus.PUBLISHED)
"""Of providers of any status: asked for approved ones, a database that does not know yet how many there are looks
through all of them for each course."""

_JOINABLE = (
    sa.select(
        T.class_id,
        T.course_id,
        T.starts_at,
        T.regency,
        (T.seats > _HELD).label("has_seats"),
    )
    .outerjoin(CLASS_SEATS, CLASS_SEATS.c.class_id == T.class_id)
    .where(_IS_PUBLISHED, NOT_SUSPENDED)
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
    connection: sa.Connection, *, first: str, before: str | None, now: datetime
) -> list[IndexedCourse]:
    """Read what belongs into the index of a range of ids, the newest first."""

    def is_between(column: sa.Column[str]) -> sa.ColumnElement[bool]:
        return column >= first if before is None else sa.and_(column >= first, column < before)

    found = _read(connection, is_between, {}, now=now)
    return sorted(found, key=lambda course: course.course_id, reverse=True)


def count_courses(connection: sa.Connection) -> int:
    """Count all courses, whatever becomes of them in the index."""
    return connection.execute(sa.select(sa.func.count()).select_from(COURSE)).scalar_one()


def start_of_range(connection: sa.Connection, *, before: str | None, size: int) -> str | None:
    """Return the first of so many ids of courses that come before one, or last of all; None where there is none.

    Ranges are read by their two ends alone, of courses and of classes alike: that is quick whatever the database knows,
    or does not know yet, of how many there are.
    """
    ids = sa.select(C.course_id).order_by(C.course_id.desc()).limit(size)
    if before is not None:
        ids = ids.where(C.course_id < before)
    found = ids.subquery()
    query = sa.select(found.c.course_id).order_by(found.c.course_id).limit(1)
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
    rows = connection.execute(_PUBLISHED.where(among(C.course_id)), parameters).all()
    if not rows:
        return []
    offers = _offers(connection, among, parameters, now=now)
    return [
        _indexed(public_course(values), offers)
        for *values, provider_status in rows
        if provider_status == ProviderStatus.APPROVED
    ]


def _offers(
    connection: sa.Connection, among: Among, parameters: Mapping[str, Any], *, now: datetime
) -> Mapping[str, Sequence[Offer]]:
    joinable = _JOINABLE.where(among(T.course_id), unindexed(T.registration_closes) > now)
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


def _indexed(shown: Mapping[str, Any], offers: Mapping[str, Sequence[Offer]]) -> IndexedCourse:
    course_id, units = shown["id"], shown["units"]
    return IndexedCourse(
        course_id=course_id,
        title=shown["title"],
        subjects=(shown["category"] or "", *shown["outcomes"], *(unit["title"] for unit in units)),
        prose=(shown["summary"], *shown["prerequisites"]),
        codes=[*shown["competency_codes"], *(unit["code"] for unit in units if unit["code"])],
        provider_id=shown["provider_id"],
        provider_name=shown["provider_name"],
        track=shown["track"],
        mode=shown["mode"],
        price=shown["price"],
        offers=offers.get(course_id, ()),
        shown=orjson.dumps(shown),
    )
