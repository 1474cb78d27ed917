"""Schedule a class of a course."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.catalog.domain.class_plans import ClassPlan
from services.catalog.domain.classes import TrainingClass, schedule
from services.catalog.domain.happenings import class_happening
from services.catalog.storage.classes import add_class
from services.catalog.storage.holding import Hold
from services.catalog.use_cases.shared.own_things import check_may_offer, own_course
from services.catalog.use_cases.shared.writing import Writing


def schedule_class(
    writing: Writing,
    course_id: str,
    values: Mapping[str, Any],
    *,
    class_id: str,
    provider_id: str,
) -> TrainingClass:
    """Offer a class of a provider's own course; where mode or price is None it is the course's.

    Raises `NotFound`, `ProviderSuspended`, `CourseNotPublished`, or `ValidationFailed` naming every rule that is
    broken.
    """
    course = own_course(writing, course_id, provider_id=provider_id, hold=Hold.SHARED)
    check_may_offer(writing, provider_id)
    usual = {"mode": course.details.mode, "price": course.details.price}
    given = {name: value for name, value in values.items() if value is not None}
    absent = dict.fromkeys(("link", "venue", "regency"))
    plan = ClassPlan(**{**usual, **absent, **given})
    training_class = schedule(course, plan, class_id=class_id, now=writing.now, book=writing.book)
    add_class(writing.connection, training_class)
    version = training_class.rule_version
    writing.tell([class_happening("published", training_class, rule_version=version)])
    return training_class
