"""Submit a course to the operator."""

from __future__ import annotations

from services.catalog.domain.courses import Course, submit
from services.catalog.domain.happenings import course_happening
from services.catalog.storage.courses import save_course
from services.catalog.storage.holding import Hold
from services.catalog.use_cases.shared.own_things import check_may_offer, own_course
from services.catalog.use_cases.shared.writing import Writing


def submit_course(writing: Writing, course_id: str, *, provider_id: str) -> Course:
    """Hand a provider's own course to the operator.

    Raises `NotFound`, `StateConflict` from a later state, `ProviderSuspended`, or `ValidationFailed` where it is too
    short by the rules of today.
    """
    course = own_course(writing, course_id, provider_id=provider_id, hold=Hold.ALONE)
    check_may_offer(writing, provider_id)
    rules = writing.rules
    submitted = submit(course, rules=rules)
    save_course(writing.connection, submitted)
    writing.tell([course_happening("submitted", submitted, rule_version=rules.version)])
    return submitted
