"""Draft a course."""

from __future__ import annotations

from chassis.problems import Forbidden
from services.catalog.domain.courses import Course, CourseDetails, draft
from services.catalog.domain.happenings import course_happening
from services.catalog.domain.providers import check_may_offer
from services.catalog.storage.courses import add_course
from services.catalog.storage.holding import Hold
from services.catalog.storage.providers import find_provider
from services.catalog.use_cases.shared.writing import Writing


def draft_course(
    writing: Writing,
    details: CourseDetails,
    *,
    course_id: str,
    provider_id: str,
) -> Course:
    """Save a new course of a provider.

    Raises `ProviderNotApproved`, `ProviderSuspended`, `ValidationFailed` where the details break a rule, `Forbidden`
    where the credential names a provider that the catalogue does not know.
    """
    provider = find_provider(writing.connection, provider_id, hold=Hold.SHARED)
    if provider is None:
        raise Forbidden("The access token names a provider that is not known here.")
    check_may_offer(provider)
    course = draft(
        Course(
            course_id=course_id,
            provider_id=provider_id,
            provider_name=provider.name,
            details=details,
        ),
        rules=writing.rules,
    )
    add_course(writing.connection, course)
    writing.tell([course_happening("drafted", course, rule_version=writing.rules.version)])
    return course
