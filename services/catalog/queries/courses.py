"""Courses as those see them who may."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.pagination import Page
from services.catalog.domain.classes import ClassStatus
from services.catalog.domain.courses import CourseStatus, Mode, Track
from services.catalog.domain.names import folded
from services.catalog.domain.reach import Reach
from services.catalog.queries.class_filter import NOT_SUSPENDED, ClassFilter
from services.catalog.queries.documents import Document, course_document
from services.catalog.queries.paging import page_by_id
from services.catalog.queries.within import within
from services.catalog.storage.courses import COURSES, course_of, find_course
from services.catalog.storage.holding import Hold
from services.catalog.storage.tables import COURSE, TRAINING_CLASS

C = COURSE.c


@dataclass(frozen=True, slots=True)
class CoursesWanted:
    """Which courses.

    Published ones, unless another `status` is asked for: then those within `reach`; or `mine`: then those of the
    provider that reaches so far. `title` is a part of the title, in small or capital letters.
    """

    reach: Reach
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
    page: Page,
    *,
    now: datetime,
) -> dict[str, Any]:
    """List the courses that the caller may see. One statement."""
    return page_by_id(
        connection,
        COURSES.where(*_visible(wanted), *_matching(wanted, now=now)),
        C.course_id,
        page=page,
        write=lambda rows: [course_document(course_of(row), wanted.reach).body for row in rows],
    )


def show_course(connection: sa.Connection, course_id: str, *, reach: Reach) -> Document | None:
    """Show a course; None where there is none that the caller may see."""
    course = find_course(connection, course_id, hold=Hold.NOT)
    if course is None:
        return None
    visible = course.status is CourseStatus.PUBLISHED or reach.has(course.provider_id)
    return course_document(course, reach) if visible else None


def _visible(wanted: CoursesWanted) -> Iterator[sa.ColumnElement[bool]]:
    own = within(wanted.reach, C.provider_id)
    yield own if wanted.mine else sa.or_(C.status == CourseStatus.PUBLISHED, own)
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
            NOT_SUSPENDED,
            *wanted.conditions(),
        )
        .correlate(COURSE)
    )
