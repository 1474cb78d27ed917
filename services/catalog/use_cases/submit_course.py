"""Submit a course to the operator."""

from __future__ import annotations

from services.catalog.domain.courses import Course, submit
from services.catalog.domain.happenings import course_happening
from services.catalog.storage.courses import Hold, save_course
from services.catalog.use_cases.shared.own_things import own_course
from services.catalog.use_cases.shared.writing import Writing


def submit_course(writing: Writing, course_id: str, *, provider_id: str) -> Course:
    """Hand a provider's own course to the operator. Raises `NotFound`, or `StateConflict` from a later state."""
    course = own_course(writing, course_id, provider_id=provider_id, hold=Hold.ALONE)
    submitted = submit(course)
    save_course(writing.connection, submitted)
    writing.tell([course_happening("submitted", submitted)])
    return submitted
