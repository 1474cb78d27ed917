"""Evidence of attendance: who said that somebody came to a meeting, by what means and when. It is only added to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chassis.clock import write_instant
from services.enrolment.domain.seats.training_class import FINAL_TEST, Meeting, TrainingClass
from vocabulary.refusals.learning import (
    DeviceTimeImpossible,
    MakeUpOutOfBounds,
    MeetingNotHeld,
    NoSuchMeeting,
)

CLOCKS_DIFFER = timedelta(days=1)
"""How far a device's clock may lie from what is possible: zones are up to 26 hours apart, those of the programme two,
and a telephone whose date is a day off is common. What such a clock said is kept as it is."""

LONGEST_MAKE_UP = timedelta(days=1)
MOST_OF_AN_ENROLMENT = 1_000
"""Entries kept of one enrolment: two hundred meetings, each told by some sources and corrected."""


class Source(StrEnum):
    """By what means it is known."""

    INSTRUCTOR = "instructor"
    QR_CODE = "qr-code"
    WEBINAR_LOG = "webinar-log"
    PAPER_LIST = "paper-list"
    FINAL_TEST = "final-test"


@dataclass(frozen=True, slots=True)
class MakeUp:
    """A meeting that was held for those who had missed another one."""

    held_from: datetime
    held_to: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """That somebody came to a meeting, or did not. The device made the id, so that sending it twice does no harm.

    `sequence` counts the meetings of the class from 1; `FINAL_TEST` is the final test, which may have a `score`.
    `device_time` is what the device said. A correction takes the place of the evidence that it names in `corrects`.
    """

    evidence_id: str
    enrolment_id: str
    sequence: int
    present: bool
    source: Source
    device_time: datetime
    score: int | None = None
    corrects: str | None = None
    reason: str | None = None
    make_up: MakeUp | None = None


def check_evidence(
    evidence: Evidence, training_class: TrainingClass, *, due_at: datetime, now: datetime
) -> None:
    """Check evidence against the meeting that it tells of; `due_at` is when the result is due.

    Raises `NoSuchMeeting`, `MakeUpOutOfBounds`, `MeetingNotHeld`, `DeviceTimeImpossible`.
    """
    meeting = _meeting(evidence.sequence, training_class)
    begins_at = meeting.starts_at
    if evidence.make_up is not None:
        _check_make_up(evidence, evidence.make_up, meeting, due_at=due_at)
        begins_at = evidence.make_up.held_from
    if now < begins_at:
        raise MeetingNotHeld(facts={"begins_at": write_instant(begins_at)})
    earliest, latest = begins_at - CLOCKS_DIFFER, now + CLOCKS_DIFFER
    if not earliest <= evidence.device_time <= latest:
        raise DeviceTimeImpossible(facts=_span(earliest, latest))


def _meeting(sequence: int, training_class: TrainingClass) -> Meeting:
    """Return the meeting; a final test without a date of its own is sat at any time from the first meeting on."""
    if sequence == FINAL_TEST:
        undated = Meeting(training_class.starts_at, training_class.ends_at)
        return training_class.final_test or undated
    sittings = training_class.sittings
    if not 1 <= sequence <= len(sittings):
        raise NoSuchMeeting(facts={"meetings": len(sittings)})
    return sittings[sequence - 1]


def _check_make_up(
    evidence: Evidence, make_up: MakeUp, meeting: Meeting, *, due_at: datetime
) -> None:
    lasts = make_up.held_to - make_up.held_from
    within = meeting.ends_at <= make_up.held_from and make_up.held_to <= due_at
    if evidence.sequence == FINAL_TEST or not within or lasts > LONGEST_MAKE_UP:
        raise MakeUpOutOfBounds(facts=_span(meeting.ends_at, due_at))


def _span(earliest: datetime, latest: datetime) -> dict[str, str]:
    return {"earliest": write_instant(earliest), "latest": write_instant(latest)}
