"""List courses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.catalog.domain.classes import ClassStatus
from services.catalog.domain.courses import Course, CourseStatus, Mode, Track
from services.catalog.queries.class_filter import ClassFilter
from services.catalog.queries.paging import after_cursor, page_by_id
from services.catalog.storage.courses import COURSES, course_of, folded
from services.catalog.storage.tables import COURSE, TRAINING_CLASS

C = COURSE.c


@dataclass(frozen=True, slots=True)
class CoursesWanted:
    """Which courses.

    Published ones, unless another `status` is asked for, or `mine`: then those of `own` (a provider's id), or all
    of them for who `sees_all`. `title` is a part of the title, in small or capital letters.
    """

    own: str | None
    sees_all: bool
    mine: bool
    status: CourseStatus | None
    classes: ClassFilter
    track: Track | None
    mode: Mode | None
    provider_id: str | None
    max_price: int | None
    title: str | None


def list_courses(
    connection: sa.Connection,
    wanted: CoursesWanted,
    *,
    now: datetime,
    cursor: str | None,
    limit: int,
    present: Callable[[Course], dict[str, Any]],
) -> dict[str, Any]:
    """List the courses that the caller may see, each written by `present`. One statement."""
    query = COURSES.where(*_visible(wanted), *_matching(wanted, now=now))
    query = after_cursor(query, C.course_id, cursor=cursor, limit=limit)
    courses = [course_of(row) for row in connection.execute(query)]
    return page_by_id(courses, limit=limit, present=present)


def _visible(wanted: CoursesWanted) -> Iterator[sa.ColumnElement[bool]]:
    own = C.provider_id == wanted.own if wanted.own else sa.false()
    if wanted.mine:
        yield own
    elif not wanted.sees_all:
        yield sa.or_(C.status == CourseStatus.PUBLISHED, own)
    if wanted.status is not None:
        yield C.status == wanted.status
    elif not wanted.mine:
        yield C.status == CourseStatus.PUBLISHED


def _matching(wanted: CoursesWanted, *, now: datetime) -> Iterator[sa.ColumnElement[bool]]:
    for column, value in (
        (C.track, wanted.track),
        (C.mode, wanted.mode),
        (C.provider_id, wanted.provider_id),
    ):
        if value is not None:
            yield column == value
    if wanted.max_price is not None:
        yield C.price <= wanted.max_price
    if wanted.title is not None:
        yield C.title_folded.contains(folded(wanted.title), autoescape=True)
    if not wanted.classes.is_empty:
        yield _has_class(wanted.classes, now=now)


def _has_class(wanted: ClassFilter, *, now: datetime) -> sa.ColumnElement[bool]:
    """Have one class that passes every condition and can still be joined."""
    return (
        sa.exists()
        .where(
            TRAINING_CLASS.c.course_id == C.course_id,
            TRAINING_CLASS.c.status == ClassStatus.PUBLISHED,
            TRAINING_CLASS.c.registration_closes > now,
            *wanted.conditions(),
        )
        .correlate(COURSE)
    )
