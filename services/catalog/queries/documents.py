"""What callers see of providers, courses and classes, and the ETag it goes under."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any

from chassis.validators import etag
from services.catalog.domain.classes import TrainingClass
from services.catalog.domain.courses import Course, CourseDetails
from services.catalog.domain.happenings import class_body
from services.catalog.domain.providers import Provider
from services.catalog.domain.reach import Reach

_DETAILS = tuple(detail.name for detail in fields(CourseDetails))
_details_of = attrgetter(*_DETAILS)

COURSE_COLUMNS = ("course_id", "provider_id", "provider_name", "status", "version", *_DETAILS)
"""What the public gets of a course, by the names that it has in a row of `storage.courses.COURSES`."""

_COURSE_MEMBERS = ("id", *COURSE_COLUMNS[1:])


@dataclass(frozen=True, slots=True)
class Document:
    """What is shown of one thing; its ETag header is empty for what nobody edits."""

    body: dict[str, Any]
    etag: dict[str, str] = field(default_factory=dict)


def provider_document(provider: Provider, reach: Reach) -> Document:
    """Write a provider; to who sees inside with the operator's reason, and the contact address to whom it concerns."""
    inside = reach.has(provider.provider_id)
    body: dict[str, Any] = {
        "id": provider.provider_id,
        "name": provider.name,
        "kind": provider.kind,
        "regency": provider.regency,
        "status": provider.status,
    }
    if inside:
        body["reason"] = provider.reason
    if inside and reach.contacts:
        body["email"] = provider.email
    return Document(body)


def course_document(course: Course, reach: Reach) -> Document:
    """Write a course; to who sees inside with the operator's reason, under an ETag of its own."""
    inside = reach.has(course.provider_id)
    body = public_course(
        (
            course.course_id,
            course.provider_id,
            course.provider_name,
            course.status,
            course.version,
            *_details_of(course.details),
        )
    )
    body["units"] = [{"code": unit.code, "title": unit.title} for unit in course.details.units]
    if inside:
        body["reason"] = course.reason
    return Document(body, etag(course.version, beside="i" if inside else ""))


def public_course(values: Iterable[Any]) -> dict[str, Any]:
    """Write a course as the public gets it, from the values of `COURSE_COLUMNS` in their order."""
    return dict(zip(_COURSE_MEMBERS, values, strict=True))


def class_document(training_class: TrainingClass) -> Document:
    """Write a class, with the seats that can still be had; they are in the ETag, too."""
    body = class_body(training_class)
    suspended = training_class.provider_suspended
    body |= {"seats_left": training_class.seats_left, "provider_suspended": suspended}
    return Document(
        {"id": body.pop("class_id"), **body},
        etag(training_class.version, beside="s" if suspended else str(training_class.seats_left)),
    )
