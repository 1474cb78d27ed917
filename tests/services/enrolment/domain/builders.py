"""Things of enrolment's domain, whole and usable unless a test changes something about them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.enrolment.domain.learning.evidence import Evidence, Source
from services.enrolment.domain.programme.card import Card, CardState, Scheme
from services.enrolment.domain.seats.enrol_command import EnrolCommand
from services.enrolment.domain.seats.enrolment import Enrolment, EnrolmentState, PastEnrolment
from services.enrolment.domain.seats.training_class import Meeting, TrainingClass
from vocabulary.rule_book import shipped_rules

NOW = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
EVENING = 14 * HOUR
"""From the time of day that it is at `NOW` until midnight in Jakarta."""
BALANCE = 3_500_000
PRICE = 700_000

RULES = [*shipped_rules()][-1].rules


def meeting(starts_at: datetime, hours: int = 2) -> Meeting:
    """Make a sitting of so many hours."""
    return Meeting(starts_at, starts_at + hours * HOUR)


def training_class(class_id: str = "class-1", **changes: Any) -> TrainingClass:
    """Make an online class of ten seats, open for registration, that starts in ten days."""
    starts_at = NOW + 10 * DAY
    usual = TrainingClass(
        class_id=class_id,
        course_id="course-1",
        course_title="Barista Dasar",
        provider_id="provider-1",
        track="skilling",
        mode="online",
        status="published",
        price=PRICE,
        declared_seats=10,
        held=0,
        zone="Asia/Jakarta",
        registration_opens=NOW - DAY,
        registration_closes=NOW + 5 * DAY,
        starts_at=starts_at,
        ends_at=starts_at + 2 * HOUR,
        meetings=(meeting(starts_at),),
    )
    return replace(usual, **changes)


def card(card_ref: str = "card-1", **changes: Any) -> Card:
    """Make a digital card that was just awarded."""
    usual = Card(
        card_ref=card_ref,
        scheme=Scheme.DIGITAL,
        state=CardState.AWARDED,
        balance=BALANCE,
        deadline=NOW + 15 * DAY,
        region="32.73",
    )
    return replace(usual, **changes)


def command(card_ref: str = "card-1", class_id: str = "class-1", **changes: Any) -> EnrolCommand:
    """Make a holder's wish for a seat at the usual price."""
    name = f"{card_ref}-{class_id}"
    usual = EnrolCommand(
        enrolment_id=f"enrolment-{name}",
        movement_id=f"movement-{name}",
        card_ref=card_ref,
        class_id=class_id,
        expected_price=PRICE,
        actor="holder-1",
        role="holder",
        request_id="request-1",
    )
    return replace(usual, **changes)


def enrolment(**changes: Any) -> Enrolment:
    """Make a confirmed enrolment of card-1 in class-1, bought two days ago with 13 days left on the clock."""
    usual = Enrolment(
        enrolment_id="enrolment-1",
        card_ref="card-1",
        class_id="class-1",
        provider_id="provider-1",
        track="skilling",
        state=EnrolmentState.CONFIRMED,
        price=PRICE,
        enrolled_at=NOW - 2 * DAY,
        live_slot=1,
        card_state_before=CardState.AWARDED,
        card_deadline_before=NOW + 11 * DAY,
        rule_version="2023-01",
    )
    return replace(usual, **changes)


def past(class_id: str, state: EnrolmentState, **changes: Any) -> PastEnrolment:
    """Make what an admission knows of another enrolment: reviewed, at no time that matters."""
    usual = PastEnrolment(
        class_id=class_id,
        state=state,
        enrolled_at=NOW - 30 * DAY,
        live_slot=None,
        reviewed=True,
        meetings=(),
    )
    return replace(usual, **changes)


def evidence(sequence: int = 1, **changes: Any) -> Evidence:
    """Make evidence that somebody came to a meeting, told by the instructor's device at `NOW`."""
    usual = Evidence(
        evidence_id=f"evidence-{sequence}",
        enrolment_id="enrolment-1",
        sequence=sequence,
        present=True,
        source=Source.INSTRUCTOR,
        device_time=NOW,
    )
    return replace(usual, **changes)


def held_class(meetings: int = 1, **changes: Any) -> TrainingClass:
    """Make a class of so many daily meetings, the last of which ended an hour before `NOW`."""
    first = NOW - (meetings - 1) * DAY - 3 * HOUR
    sittings = tuple(meeting(first + n * DAY) for n in range(meetings))
    return training_class(
        **{
            "starts_at": sittings[0].starts_at,
            "ends_at": sittings[-1].ends_at,
            "meetings": sittings,
            **changes,
        }
    )
