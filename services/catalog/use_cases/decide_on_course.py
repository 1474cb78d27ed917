"""Decide on a course: publish it, return it, or archive it with its classes."""

from __future__ import annotations

from chassis.problems import NotFound
from services.catalog.domain.courses import Course, CourseStatus, decide
from services.catalog.domain.happenings import course_happening
from services.catalog.storage.courses import find_course, save_course
from services.catalog.storage.holding import Hold
from services.catalog.use_cases.close_classes import close_classes
from services.catalog.use_cases.shared.own_things import check_may_offer
from services.catalog.use_cases.shared.writing import Writing


def decide_on_course(
    writing: Writing, course_id: str, *, decision: CourseStatus, reason: str
) -> Course:
    """Decide on a course.

    Raises `NotFound`, `StateConflict` from a state that forbids it, and where one is to be published
    `ProviderSuspended`, or `ValidationFailed` for one that is too short by the rules of today.

    Archiving closes the course's classes in the same transaction, up to what one transaction may hold; the worker
    closes the rest.
    """
    course = find_course(writing.connection, course_id, hold=Hold.ALONE)
    if course is None:
        raise NotFound
    rules = writing.rules
    decided = decide(course, decision, reason=reason, rules=rules)
    if decided.status is CourseStatus.PUBLISHED:
        check_may_offer(writing, course.provider_id)
    save_course(writing.connection, decided)
    happenings = [course_happening(decision, decided, rule_version=rules.version)]
    if decided.status is CourseStatus.ARCHIVED:
        happenings += close_classes(writing, course_id=course_id)
    writing.tell(happenings)
    return decided
