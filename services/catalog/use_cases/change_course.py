"""Change a course."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.catalog.domain.courses import Course, change
from services.catalog.domain.happenings import course_happening
from services.catalog.storage.courses import save_course
from services.catalog.storage.holding import Hold
from services.catalog.use_cases.shared.own_things import check_version, own_course
from services.catalog.use_cases.shared.writing import Writing


def change_course(
    writing: Writing,
    course_id: str,
    changes: Mapping[str, Any],
    *,
    provider_id: str,
    seen: int | None,
) -> Course:
    """Change details of a provider's own course, seen in a version.

    Raises `NotFound`, `PreconditionFailed` where it was changed since, `StateConflict` where its state does not allow
    it, `ValidationFailed` where the result breaks a rule.
    """
    course = own_course(writing, course_id, provider_id=provider_id, hold=Hold.ALONE)
    check_version(course, seen=seen)
    rules = writing.rules
    changed = change(course, changes, rules=rules)
    save_course(writing.connection, changed)
    writing.tell([course_happening("changed", changed, rule_version=rules.version)])
    return changed
