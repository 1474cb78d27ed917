"""Classes: one run of a course as its provider plans it, offered, changed, cancelled or closed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from chassis.problems import FieldError, StateConflict, ValidationFailed
from services.catalog.domain.class_plans import (
    ClassPlan,
    change_faults,
    limit_faults,
    plan_faults,
)
from services.catalog.domain.courses import Course, CourseStatus, Track
from vocabulary.class_limits import rules_of_class
from vocabulary.refusals.catalogue import CourseNotPublished
from vocabulary.rule_book import RuleBook


class ClassStatus(StrEnum):
    """Where a class stands."""

    PUBLISHED = "published"
    """It takes enrolments within its registration window."""

    CLOSED = "closed"
    """Its course was archived: it runs on for those who are in it, and takes nobody else."""

    CANCELLED = "cancelled"
    """It will not be held, or not to its end."""


@dataclass(frozen=True, slots=True)
class TrainingClass:
    """A class, with what is known of its course. `reason` says why it was cancelled.

    `rule_version` is the version of the rules that judged its plan; None of one that was offered before this was kept.
    `held` is how many seats enrolment said are held; it trails enrolment by up to a second.
    """

    class_id: str
    course_id: str
    course_title: str
    provider_id: str
    provider_name: str
    track: Track
    hours: int
    course_price: int
    plan: ClassPlan
    status: ClassStatus = ClassStatus.PUBLISHED
    reason: str | None = None
    version: int = 1
    rule_version: str | None = None
    held: int = 0
    provider_suspended: bool = False

    @property
    def seats_left(self) -> int:
        """Return how many seats can still be had; a class lowered below what is held has none."""
        return 0 if self.provider_suspended else max(self.plan.seats - self.held, 0)

    def facts(self) -> dict[str, Any]:
        """Return what is written in one way wherever a class is written: in its table and in the journal."""
        plan = self.plan
        return {
            "class_id": self.class_id,
            "course_id": self.course_id,
            "provider_id": self.provider_id,
            "status": self.status,
            "reason": self.reason,
            "version": self.version,
            "rule_version": self.rule_version,
            "mode": plan.mode,
            "price": plan.price,
            "seats": plan.seats,
            "trainers": plan.trainers,
            "zone": plan.zone.iana,
            "link": plan.link,
            "venue": plan.venue,
            "regency": plan.regency,
        }


def schedule(
    course: Course, plan: ClassPlan, *, class_id: str, now: datetime, book: RuleBook
) -> TrainingClass:
    """Offer a class of a published course, within the limits of the rules that are in force when it starts.

    Raises `CourseNotPublished`, or `ValidationFailed` naming every rule the plan breaks.
    """
    if course.status is not CourseStatus.PUBLISHED:
        raise CourseNotPublished(facts={"state": course.status})
    faults = list(plan_faults(plan, mode=course.details.mode, most_price=course.details.price))
    if not faults and plan.starts_at <= now:
        faults = [FieldError("/meetings/0/starts_at", "A new class starts in the future.")]
    _refuse(faults)
    rules = rules_of_class(book, plan.starts_at)
    _refuse(limit_faults(plan, rules, hours=course.details.hours))
    return TrainingClass(
        class_id=class_id,
        course_id=course.course_id,
        course_title=course.details.title,
        provider_id=course.provider_id,
        provider_name=course.provider_name,
        track=course.details.track,
        hours=course.details.hours,
        course_price=course.details.price,
        plan=plan,
        rule_version=rules.version,
    )


def change(
    training_class: TrainingClass, changes: Mapping[str, Any], *, now: datetime, book: RuleBook
) -> TrainingClass:
    """Change what may be changed of a class that has not ended, within the limits of the rules as it starts then.

    Seats may go up and down (nobody loses a seat by that), the price until registration closes. Registration that
    has opened cannot be opened at another time, nor changed once the class has begun. Meetings that have begun
    stay as they were; from then on the others stay as many and as long together. Raises `StateConflict` or
    `ValidationFailed`.
    """
    before = training_class.plan
    _check_not_over(training_class, now=now)
    after = replace(before, **changes)
    _refuse(plan_faults(after, mode=before.mode, most_price=training_class.course_price))
    _refuse(change_faults(before, after, now=now))
    rules = rules_of_class(book, after.starts_at)
    # What it broke before stays out of it, but not where it is moved to a day of other rules.
    stays = rules == rules_of_class(book, before.starts_at)
    earlier = before if stays else None
    _refuse(limit_faults(after, rules, hours=training_class.hours, before=earlier))
    return replace(
        training_class,
        plan=after,
        rule_version=rules.version,
        version=training_class.version + 1,
    )


def cancel(training_class: TrainingClass, *, reason: str, now: datetime) -> TrainingClass:
    """Cancel a class that has not ended. Raises `StateConflict` where it has, or was cancelled before."""
    _check_not_over(training_class, now=now)
    return replace(
        training_class,
        status=ClassStatus.CANCELLED,
        reason=reason,
        version=training_class.version + 1,
    )


def close(training_class: TrainingClass) -> TrainingClass:
    """Let a class take no more enrolments, because its course was archived."""
    return replace(training_class, status=ClassStatus.CLOSED, version=training_class.version + 1)


def _refuse(faults: Iterable[FieldError]) -> None:
    if found := list(faults):
        raise ValidationFailed(errors=found)


def _check_not_over(training_class: TrainingClass, *, now: datetime) -> None:
    if training_class.status is ClassStatus.CANCELLED:
        raise StateConflict(
            "This class is cancelled. Offer another class instead.",
            facts={"state": training_class.status},
        )
    if training_class.plan.ends_at <= now:
        raise StateConflict("This class has ended.", facts={"state": "ended"})
