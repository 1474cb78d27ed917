"""What the journal says of each transition: its kind, what it is about, and the whole state afterwards.

A follower overwrites what it has with the body; nothing has to be computed from earlier entries. No entry holds
personal data: a provider's contact address stays out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from chassis.clock import write_instant
from services.catalog.domain.classes import TrainingClass
from services.catalog.domain.courses import Course
from services.catalog.domain.entry_kinds import EntryKind
from services.catalog.domain.providers import Provider


@dataclass(frozen=True, slots=True)
class Happening:
    """One transition. The ids and the region are what the journal can be filtered by.

    `rule_version` is the version of the rules that judged it; None where no rule was asked.
    """

    kind: EntryKind
    body: Mapping[str, Any]
    provider_id: str
    course_id: str | None = None
    class_id: str | None = None
    region: str | None = None
    rule_version: str | None = None


def provider_happening(verb: str, provider: Provider) -> Happening:
    """Tell of a provider: `provider-applied`, `-approved`, `-refused`, `-suspended`."""
    body = asdict(provider)
    del body["email"]
    return Happening(
        EntryKind(f"provider-{verb}"),
        body,
        provider_id=provider.provider_id,
        region=provider.regency,
    )


def course_happening(verb: str, course: Course, *, rule_version: str | None = None) -> Happening:
    """Tell of a course: `course-drafted`, `-changed`, `-submitted`, `-published`, `-returned`, `-archived`."""
    body = asdict(course)
    details = body.pop("details")
    return Happening(
        EntryKind(f"course-{verb}"),
        {**body, **details},
        provider_id=course.provider_id,
        course_id=course.course_id,
        rule_version=rule_version,
    )


def class_happening(
    verb: str, training_class: TrainingClass, *, rule_version: str | None = None
) -> Happening:
    """Tell of a class: `class-published`, `class-changed`, `class-closed`, `class-cancelled`."""
    return Happening(
        EntryKind(f"class-{verb}"),
        class_body(training_class),
        provider_id=training_class.provider_id,
        course_id=training_class.course_id,
        class_id=training_class.class_id,
        region=training_class.plan.regency,
        rule_version=rule_version,
    )


def class_body(training_class: TrainingClass) -> dict[str, Any]:
    """Return the whole state of a class in values that JSON can write; instants as text, money in rupiah."""
    plan = training_class.plan
    return {
        **training_class.facts(),
        "course_title": training_class.course_title,
        "provider_name": training_class.provider_name,
        "track": training_class.track,
        "hours": training_class.hours,
        "regions": list(plan.regions),
        "registration_opens": write_instant(plan.registration_opens),
        "registration_closes": write_instant(plan.registration_closes),
        "starts_at": write_instant(plan.starts_at),
        "ends_at": write_instant(plan.ends_at),
        "meetings": [
            {
                "sequence": meeting.sequence,
                "starts_at": write_instant(meeting.starts_at),
                "ends_at": write_instant(meeting.ends_at),
            }
            for meeting in plan.meetings
        ],
    }
