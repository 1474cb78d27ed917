"""Courses in their table."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from services.catalog.domain.courses import (
    Course,
    CourseDetails,
    CourseStatus,
    Mode,
    Track,
    Unit,
)
from services.catalog.domain.names import folded
from services.catalog.storage.holding import Hold
from services.catalog.storage.tables import COURSE, PROVIDER
from services.catalog.storage.versions import save_next_version

COURSES = sa.select(COURSE, PROVIDER.c.name.label("provider_name")).join(
    PROVIDER, PROVIDER.c.provider_id == COURSE.c.provider_id
)
"""Rows that `course_of` can read."""


def add_course(connection: sa.Connection, course: Course) -> None:
    """Save a new course."""
    connection.execute(sa.insert(COURSE).values(_row(course)))


def find_course(connection: sa.Connection, course_id: str, *, hold: Hold) -> Course | None:
    """Load a course; None where there is none."""
    query = COURSES.where(COURSE.c.course_id == course_id)
    if hold is not Hold.NOT:
        query = query.with_for_update(of=COURSE, read=hold is Hold.SHARED)
    row = connection.execute(query).one_or_none()
    return None if row is None else course_of(row)


def save_course(connection: sa.Connection, course: Course) -> None:
    """Save a course whose version was raised by one. Raises `PreconditionFailed` where somebody else did so too."""
    save_next_version(connection, COURSE, _row(course))


def course_of(row: sa.Row[Any]) -> Course:
    """Make a course of a row of `COURSES`."""
    return Course(
        course_id=row.course_id,
        provider_id=row.provider_id,
        provider_name=row.provider_name,
        status=CourseStatus(row.status),
        reason=row.reason,
        version=row.version,
        details=CourseDetails(
            title=row.title,
            summary=row.summary,
            outcomes=tuple(row.outcomes),
            track=Track(row.track),
            mode=Mode(row.mode),
            competency_codes=tuple(row.competency_codes),
            hours=row.hours,
            price=row.price,
            sample_price=row.sample_price,
            language=row.language,
            prerequisites=tuple(row.prerequisites),
            category=row.category,
            units=tuple(Unit(unit["code"], unit["title"]) for unit in row.units),
        ),
    )


def _row(course: Course) -> dict[str, Any]:
    row = asdict(course)
    del row["provider_name"]
    details = row.pop("details")
    return {**row, **details, "title_folded": folded(course.details.title)}
