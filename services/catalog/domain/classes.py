"""Classes: one run of a course, online with a link or offline at a venue, with meetings, seats and a price."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from chassis.problems import FieldError, StateConflict, ValidationFailed
from services.catalog.domain.courses import Course, CourseStatus, Mode, Track
from services.catalog.domain.meetings import Meeting, moved_faults, timetable_faults
from vocabulary.money import format_rupiah
from vocabulary.refusals import CourseNotPublished
from vocabulary.regions import REGENCIES
from vocabulary.zones import Zone

MOST_SEATS = 10_000
MOST_TRAINERS = 400
OFFLINE_SEATS_PER_TRAINER = 30
"""The largest offline class one trainer may teach (rule version 2023-01)."""

_PLACE: Mapping[Mode, tuple[str, ...]] = {
    Mode.ONLINE: ("link",),
    Mode.OFFLINE: ("venue", "regency"),
}


class ClassStatus(StrEnum):
    """Where a class stands."""

    PUBLISHED = "published"
    """It takes enrolments within its registration window."""

    CLOSED = "closed"
    """Its course was archived: it runs on for those who are in it, and takes nobody else."""

    CANCELLED = "cancelled"
    """It will not be held, or not to its end."""


@dataclass(frozen=True, slots=True)
class ClassPlan:
    """What a provider says about a class. Money in rupiah; `regions` empty means the whole country.

    Everything but `mode`, `zone`, `regency` and `regions` may be changed later.
    """

    mode: Mode
    price: int
    seats: int
    trainers: int
    zone: Zone
    link: str | None
    venue: str | None
    regency: str | None
    regions: tuple[str, ...]
    registration_opens: datetime
    registration_closes: datetime
    meetings: tuple[Meeting, ...]

    @property
    def starts_at(self) -> datetime:
        """Return when the first meeting starts."""
        return self.meetings[0].starts_at

    @property
    def ends_at(self) -> datetime:
        """Return when the last meeting ends."""
        return self.meetings[-1].ends_at


@dataclass(frozen=True, slots=True)
class TrainingClass:
    """A class, with what is known of its course. `reason` says why it was cancelled.

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
    held: int = 0

    @property
    def seats_left(self) -> int:
        """Return how many seats can still be had; a class lowered below what is held has none."""
        return max(self.plan.seats - self.held, 0)


def schedule(course: Course, plan: ClassPlan, *, class_id: str, now: datetime) -> TrainingClass:
    """Offer a class of a published course.

    Raises `CourseNotPublished`, or `ValidationFailed` naming every rule the plan breaks.
    """
    if course.status is not CourseStatus.PUBLISHED:
        raise CourseNotPublished(facts={"state": course.status})
    faults = list(_plan_faults(plan, mode=course.details.mode, most_price=course.details.price))
    if not faults and plan.starts_at <= now:
        faults = [FieldError("/meetings/0/starts_at", "A new class starts in the future.")]
    if faults:
        raise ValidationFailed(errors=faults)
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
    )


def change(
    training_class: TrainingClass, changes: Mapping[str, Any], *, now: datetime
) -> TrainingClass:
    """Change what may be changed of a class that has not ended.

    Seats may go up and down (nobody loses a seat by that), the price until registration closes. Registration that
    has opened cannot be opened at another time, nor changed once the class has begun. Meetings that have begun
    stay as they were. Raises `StateConflict` or `ValidationFailed`.
    """
    before = training_class.plan
    _check_not_over(training_class, now=now)
    after = replace(before, **changes)
    faults = list(
        _plan_faults(after, mode=before.mode, most_price=training_class.course_price)
    ) or list(_change_faults(before, after, now=now))
    if faults:
        raise ValidationFailed(errors=faults)
    return replace(training_class, plan=after, version=training_class.version + 1)


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


def _check_not_over(training_class: TrainingClass, *, now: datetime) -> None:
    if training_class.status is ClassStatus.CANCELLED:
        raise StateConflict(
            "This class is cancelled. Offer another class instead.",
            facts={"state": training_class.status},
        )
    if training_class.plan.ends_at <= now:
        raise StateConflict("This class has ended.", facts={"state": "ended"})


def _plan_faults(plan: ClassPlan, *, mode: Mode, most_price: int) -> Iterator[FieldError]:
    if plan.mode is not mode:
        yield FieldError("/mode", f"The course is {mode}, so its classes are {mode}.")
        return
    yield from _place_faults(plan)
    yield from _size_faults(plan, most_price=most_price)
    timetable = timetable_faults(plan.meetings, mode=mode, zone=plan.zone)
    yield from timetable or _window_faults(plan)


def _place_faults(plan: ClassPlan) -> Iterator[FieldError]:
    needed = _PLACE[plan.mode]
    foreign = [name for names in _PLACE.values() for name in names if name not in needed]
    for name in needed:
        if getattr(plan, name) is None:
            yield FieldError(f"/{name}", f"An {plan.mode} class needs this.")
    for name in foreign:
        if getattr(plan, name) is not None:
            yield FieldError(f"/{name}", f"An {plan.mode} class does not have this. Remove it.")
    if plan.mode is Mode.OFFLINE and plan.regency is not None:
        local = REGENCIES[plan.regency].zone
        if plan.zone != local:
            yield FieldError("/zone", f"The clock at the venue is {local.iana}. Send that.")


def _size_faults(plan: ClassPlan, *, most_price: int) -> Iterator[FieldError]:
    most = MOST_SEATS
    if plan.mode is Mode.OFFLINE:
        most = min(most, OFFLINE_SEATS_PER_TRAINER * plan.trainers)
    if not 1 <= plan.seats <= most:
        yield FieldError(
            "/seats",
            f"With {plan.trainers} trainer(s) this class has from 1 to {most} seats.",
        )
    if not 1 <= plan.trainers <= MOST_TRAINERS:
        yield FieldError("/trainers", f"A class has from 1 to {MOST_TRAINERS} trainers.")
    if not 0 <= plan.price <= most_price:
        yield FieldError(
            "/price",
            f"A class costs at most what its course was published for, {format_rupiah(most_price)}.",
        )


def _window_faults(plan: ClassPlan) -> Iterator[FieldError]:
    if plan.registration_closes <= plan.registration_opens:
        yield FieldError("/registration_closes", "Registration closes after it opens.")
    elif plan.registration_closes > plan.starts_at:
        yield FieldError(
            "/registration_closes", "Registration closes no later than the first meeting starts."
        )


def _change_faults(before: ClassPlan, after: ClassPlan, *, now: datetime) -> Iterator[FieldError]:
    if after.price != before.price and before.registration_closes <= now:
        yield FieldError("/price", "Registration has closed; the price stays.")
    if after.registration_opens != before.registration_opens and before.registration_opens <= now:
        yield FieldError("/registration_opens", "Registration has opened; this stays.")
    if after.registration_closes != before.registration_closes and before.starts_at <= now:
        yield FieldError("/registration_closes", "The class has begun; this stays.")
    yield from moved_faults(before.meetings, after.meetings, now=now)
