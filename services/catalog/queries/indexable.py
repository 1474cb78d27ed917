"""Courses as the search index wants them: published, of an approved provider, with the classes that can be joined."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

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
        T.nationwide,
        (T.seats > _HELD).label("has_seats"),
    )
    .outerjoin(CLASS_SEATS, CLASS_SEATS.c.class_id == T.class_id)
    .where(T.status == ClassStatus.PUBLISHED)
    .order_by(T.class_id)
)


def read_indexable(
    connection: sa.Connection, course_ids: Sequence[str], *, now: datetime
) -> list[IndexedCourse]:
    """Read those of some courses that belong into the index as they are now; at most a thousand."""
    return _read(connection, _INDEXABLE.where(C.course_id.in_(course_ids)), now=now)


def read_next_indexable(
    connection: sa.Connection, *, after: str | None, limit: int, now: datetime
) -> list[IndexedCourse]:
    """Read what belongs into the index in the order of ids, after one of them."""
    query = _INDEXABLE.order_by(C.course_id).limit(limit)
    return _read(connection, query if after is None else query.where(C.course_id > after), now=now)


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
    connection: sa.Connection, query: sa.Select[Any], *, now: datetime
) -> list[IndexedCourse]:
    courses = [course_of(row) for row in connection.execute(query)]
    offers = _offers(connection, [course.course_id for course in courses], now=now)
    return [_indexed(course, offers.get(course.course_id, ())) for course in courses]


def _offers(
    connection: sa.Connection, course_ids: Sequence[str], *, now: datetime
) -> Mapping[str, Sequence[Offer]]:
    joinable = _JOINABLE.where(T.course_id.in_(course_ids), T.registration_closes > now)
    rows = connection.execute(joinable).all() if course_ids else []
    regions = _regions(connection, [row.class_id for row in rows if not row.nationwide])
    found: defaultdict[str, list[Offer]] = defaultdict(list)
    for row in rows:
        limited = tuple(regions.get(row.class_id, ()))
        found[row.course_id].append(Offer(row.starts_at, bool(row.has_seats), row.regency, limited))
    return found


def _regions(connection: sa.Connection, class_ids: Sequence[str]) -> Mapping[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    if class_ids:
        query = sa.select(CLASS_REGION).where(CLASS_REGION.c.class_id.in_(class_ids))
        for row in connection.execute(query):
            found[row.class_id].append(row.region)
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
