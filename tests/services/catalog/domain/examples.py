"""A course and a class for tests of the rules, at fixed instants."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.catalog.domain.class_plans import ClassPlan
from services.catalog.domain.classes import TrainingClass, schedule
from services.catalog.domain.courses import Course, CourseDetails, CourseStatus, Mode, Track
from services.catalog.domain.meetings import FINAL_TEST, Meeting
from vocabulary.rule_book import shipped_rules
from vocabulary.zones import ZONES

NOW = datetime(2026, 12, 1, 3, tzinfo=UTC)
BOOK = shipped_rules()
RULES = BOOK.in_force_at(NOW)
JAKARTA = ZONES["Asia/Jakarta"]
JAYAPURA = ZONES["Asia/Jayapura"]


def meeting(sequence: int, *, day: int, hour: float = 2, hours: float = 5) -> Meeting:
    """Make a meeting so many days after 1 December 2026, at an hour of UTC (two o'clock is nine in Jakarta)."""
    start = datetime(2026, 12, 1, tzinfo=UTC) + timedelta(days=day, hours=hour)
    return Meeting(sequence, start, start + timedelta(hours=hours))


def two_days(first: int, *, hour: float = 1) -> tuple[Meeting, ...]:
    """Make the meetings of two long days, without a test."""
    return tuple(meeting(number, day=first - 1 + number, hour=hour, hours=8) for number in (1, 2))


MEETINGS = (meeting(1, day=10), meeting(2, day=11), meeting(FINAL_TEST, day=13))

DETAILS = CourseDetails(
    title="Pengelasan SMAW 3G",
    summary="Mengelas pelat.",
    outcomes=("Mengelas pelat",),
    track=Track.SKILLING,
    mode=Mode.OFFLINE,
    competency_codes=(),
    hours=40,
    price=1_500_000,
    sample_price=False,
    language="id",
    prerequisites=(),
    category=None,
    units=(),
)

OFFLINE = ClassPlan(
    mode=Mode.OFFLINE,
    price=1_200_000,
    seats=16,
    trainers=1,
    zone=JAKARTA,
    link=None,
    venue="Jl. Salak 1",
    regency="17.71",
    regions=(),
    registration_opens=NOW - timedelta(days=1),
    registration_closes=NOW + timedelta(days=5),
    meetings=MEETINGS,
)


def course(*, status: CourseStatus = CourseStatus.PUBLISHED, **details: Any) -> Course:
    """Make a course."""
    return Course(
        course_id="course",
        provider_id="provider",
        provider_name="BLK Kota Bengkulu",
        details=replace(DETAILS, **details),
        status=status,
    )


def plan(**changes: Any) -> ClassPlan:
    """Make a plan of an offline class."""
    return replace(OFFLINE, **changes)


def online_plan(**changes: Any) -> ClassPlan:
    """Make a plan of an online class."""
    online = {
        "mode": Mode.ONLINE,
        "link": "https://kelas.example/las",
        "venue": None,
        "regency": None,
        "meetings": tuple(meeting(number, day=9 + number, hours=3) for number in range(1, 6)),
    }
    return replace(OFFLINE, **{**online, **changes})


def training_class(**changes: Any) -> TrainingClass:
    """Make an offline class."""
    return schedule(course(), plan(**changes), class_id="class", now=NOW, book=BOOK)
