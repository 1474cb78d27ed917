"""Courses: what is taught. A course is drafted, submitted, then published or returned, and in the end archived."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from chassis.problems import FieldError, StateConflict, ValidationFailed
from vocabulary.class_limits import course_length, course_price
from vocabulary.money import NotRupiah, check_rupiah
from vocabulary.rule_set import RuleSet

LEAST_HOURS = 1
MOST_HOURS = 5_000
"""What can be said at all; how short a training may be, the rules say (`vocabulary.class_limits`)."""


class Track(StrEnum):
    """Whom a course serves: job seekers, people who were laid off, people in work."""

    SKILLING = "skilling"
    RESKILLING = "reskilling"
    UPSKILLING = "upskilling"


class Mode(StrEnum):
    """How a course is held; its classes are held in the same way."""

    ONLINE = "online"
    OFFLINE = "offline"


class CourseStatus(StrEnum):
    """Where a course stands; only a published one is public."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    PUBLISHED = "published"
    RETURNED = "returned"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the curriculum, with its competency code where it has one."""

    code: str | None
    title: str


@dataclass(frozen=True, slots=True)
class CourseDetails:
    """What the provider says about a course. `price` is the most that a class of it may cost, in rupiah.

    `sample_price` marks a price that was made up for a demonstration.
    """

    title: str
    summary: str
    outcomes: tuple[str, ...]
    track: Track
    mode: Mode
    competency_codes: tuple[str, ...]
    hours: int
    price: int
    sample_price: bool
    language: str
    prerequisites: tuple[str, ...]
    category: str | None
    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """A course of one provider. `reason` is the operator's, from the last decision."""

    course_id: str
    provider_id: str
    provider_name: str
    details: CourseDetails
    status: CourseStatus = CourseStatus.DRAFT
    reason: str | None = None
    version: int = 1


_EVERY_DETAIL = frozenset(field.name for field in fields(CourseDetails))

CHANGEABLE: Mapping[CourseStatus, frozenset[str]] = {
    CourseStatus.DRAFT: _EVERY_DETAIL,
    CourseStatus.SUBMITTED: frozenset(),
    CourseStatus.PUBLISHED: frozenset({"summary"}),
    CourseStatus.RETURNED: _EVERY_DETAIL,
    CourseStatus.ARCHIVED: frozenset(),
}
"""What a provider may change in which state. What the operator judged (title, price, hours and the like) stays as it
was judged; whoever wants another price or title offers another course."""

_DECIDABLE: Mapping[CourseStatus, frozenset[CourseStatus]] = {
    CourseStatus.PUBLISHED: frozenset({CourseStatus.SUBMITTED}),
    CourseStatus.RETURNED: frozenset({CourseStatus.SUBMITTED}),
    CourseStatus.ARCHIVED: frozenset({CourseStatus.PUBLISHED, CourseStatus.RETURNED}),
}


def draft(course: Course, *, rules: RuleSet) -> Course:
    """Accept a new course. Raises `ValidationFailed` where its details break a rule."""
    _check_details(course.details, rules)
    return course


def change(course: Course, changes: Mapping[str, Any], *, rules: RuleSet) -> Course:
    """Change details of a course.

    Raises `StateConflict` where its state does not allow that, `ValidationFailed` where the result breaks a rule.
    """
    fixed = sorted(changes.keys() - CHANGEABLE[course.status])
    if fixed:
        raise StateConflict(
            f"In a course that is {course.status} these fields stay as they are: {', '.join(fixed)}.",
            errors=[FieldError(f"/{name}", "This can no longer be changed.") for name in fixed],
            facts={"state": course.status},
        )
    details = replace(course.details, **changes)
    if changes.keys() & {"hours", "price"}:
        _check_details(details, rules)
    return replace(course, details=details, version=course.version + 1)


def submit(course: Course, *, rules: RuleSet) -> Course:
    """Hand a course to the operator.

    Raises `StateConflict` unless it is a draft or was returned, `ValidationFailed` where it is shorter or costs
    more than the rules of today allow.
    """
    if course.status not in (CourseStatus.DRAFT, CourseStatus.RETURNED):
        raise StateConflict(
            f"This course is {course.status}; a draft or a returned course can be submitted.",
            facts={"state": course.status},
        )
    _check_by_rules(course.details, rules)
    return replace(course, status=CourseStatus.SUBMITTED, reason=None, version=course.version + 1)


def decide(course: Course, decision: CourseStatus, *, reason: str, rules: RuleSet) -> Course:
    """Publish or return a submitted course, or archive one.

    Raises `StateConflict` from any other state, `ValidationFailed` where one that is shorter or costs more than the
    rules of today allow is to be published.
    """
    allowed = _DECIDABLE[decision]
    if course.status not in allowed:
        raise StateConflict(
            f"This course is {course.status}; only one that is {' or '.join(sorted(allowed))} can be {decision}.",
            facts={"state": course.status},
        )
    if decision is CourseStatus.PUBLISHED:
        _check_by_rules(course.details, rules)
    return replace(course, status=decision, reason=reason, version=course.version + 1)


def _check_by_rules(details: CourseDetails, rules: RuleSet) -> None:
    if errors := _broken_rules(details, rules):
        raise ValidationFailed(errors=errors)


def _broken_rules(details: CourseDetails, rules: RuleSet) -> list[FieldError]:
    limits = (course_length(details.hours, rules), course_price(details.price, rules))
    return [FieldError(limit.pointer, limit.message) for limit in limits if not limit.holds]


def _check_details(details: CourseDetails, rules: RuleSet) -> None:
    errors = _broken_rules(details, rules)
    if details.hours > MOST_HOURS:
        errors.append(FieldError("/hours", f"A course has at most {MOST_HOURS} hours."))
    try:
        check_rupiah(details.price)
    except NotRupiah as error:
        errors.append(FieldError("/price", str(error)))
    if errors:
        raise ValidationFailed(errors=errors)
