"""Loading what a provider's staff may change: its own, in the version it has seen, while it may offer something."""

from __future__ import annotations

from chassis.problems import NotFound, PreconditionFailed
from services.catalog.domain.classes import TrainingClass
from services.catalog.domain.courses import Course
from services.catalog.domain.providers import check_may_offer as check_provider_may_offer
from services.catalog.storage.classes import find_class
from services.catalog.storage.courses import find_course
from services.catalog.storage.holding import Hold
from services.catalog.storage.providers import find_provider
from services.catalog.use_cases.shared.writing import Writing


def own_course(writing: Writing, course_id: str, *, provider_id: str, hold: Hold) -> Course:
    """Load and hold a course. Raises `NotFound` alike where there is none and where it is another provider's."""
    course = find_course(writing.connection, course_id, hold=hold)
    if course is None or course.provider_id != provider_id:
        raise NotFound
    return course


def own_class(writing: Writing, class_id: str, *, provider_id: str | None) -> TrainingClass:
    """Load and lock a class of a provider, or of any where that is None.

    Raises `NotFound` alike where there is none and where it is another provider's.
    """
    training_class = find_class(writing.connection, class_id, lock=True)
    if training_class is None or provider_id not in (None, training_class.provider_id):
        raise NotFound
    return training_class


def check_may_offer(writing: Writing, provider_id: str) -> None:
    """Hold a provider as it stands: whoever suspends it meanwhile comes before or after.

    Raises `ProviderSuspended`, or `ProviderNotApproved`, unless it may offer something.
    """
    provider = find_provider(writing.connection, provider_id, hold=Hold.SHARED)
    if provider is not None:
        check_provider_may_offer(provider)


def check_version(found: Course | TrainingClass, *, seen: int | None) -> None:
    """Raise `PreconditionFailed` unless the caller has seen the present version."""
    if found.version != seen:
        raise PreconditionFailed
