"""What the calls about attendance, results and reviews answer."""

from __future__ import annotations

import marshmallow as ma

from chassis.contract import Shown, page_of
from chassis.fields import Flag, InstantField, OneOf, Parsed, Reference, Text, Whole, says
from services.enrolment.api.fields import FieldFault, position, rupiah
from services.enrolment.api.learning_schemas import MakeUpMeeting
from services.enrolment.domain.learning.evidence import Source
from services.enrolment.domain.learning.review import BEST, LONGEST_TEXT, WORST
from services.enrolment.domain.programme.card import CardState
from services.enrolment.domain.seats.enrolment import HAS_A_RESULT, EnrolmentState
from vocabulary import forms
from vocabulary.refusals.learning import (
    DeviceTimeImpossible,
    EvidenceConflict,
    EvidenceCorrected,
    EvidenceMissing,
    EvidenceNotFound,
    EvidenceTooMuch,
    MakeUpOutOfBounds,
    MeetingNotHeld,
    NoSuchMeeting,
    NotRedeemed,
    ResultTooLate,
    TrainingNotOver,
)
from vocabulary.regions import region_code
from vocabulary.roles import EVERY_ROLE, HOLDER, OPERATOR, PROVIDER

EVIDENCE_REFUSALS = (
    EvidenceConflict,
    NoSuchMeeting,
    MeetingNotHeld,
    DeviceTimeImpossible,
    MakeUpOutOfBounds,
    EvidenceNotFound,
    EvidenceCorrected,
    EvidenceTooMuch,
)
"""Why evidence is refused, besides what is wrong with the item itself."""

RESULT_REFUSALS = (TrainingNotOver, ResultTooLate, EvidenceMissing, NotRedeemed)
"""Why no result is given."""

_INDEX = says("Which item, counted from 0.")
_OUTCOMES = tuple(state for state in EnrolmentState if state in HAS_A_RESULT)


class KeptItem(Shown):
    """Evidence that is kept."""

    index = Whole(metadata=_INDEX)
    evidence_id = Reference()
    position = position()
    counts = Flag(metadata=says("False: the result was given before, and stays as it is."))


class RepeatedItem(Shown):
    """Evidence that was kept before."""

    index = Whole(metadata=_INDEX)
    evidence_id = Reference()


class RefusedItem(Shown):
    """Evidence that is not kept, and why."""

    SOMETIMES = frozenset({"errors", "evidence_id"})

    index = Whole(metadata=_INDEX)
    evidence_id = Reference(metadata=says("Where the item could be read."))
    code = OneOf(
        (
            "validation-failed",
            "not-found",
            "state-conflict",
            *(refusal.code for refusal in EVIDENCE_REFUSALS),
        )
    )
    detail = Text(most=1_000, lines=True, metadata=says("What was wrong and what would be right."))
    errors = ma.fields.List(ma.fields.Nested(FieldFault))


class RecordedAttendance(Shown):
    """What became of each item; each stands or falls by itself."""

    accepted = ma.fields.List(ma.fields.Nested(KeptItem))
    duplicates = ma.fields.List(ma.fields.Nested(RepeatedItem))
    conflicts = ma.fields.List(
        ma.fields.Nested(RefusedItem),
        metadata=says("Their ids are taken by evidence that says something else."),
    )
    refused = ma.fields.List(ma.fields.Nested(RefusedItem))


class AttendedMeeting(Shown):
    """One meeting, and the evidence that counts."""

    sequence = Whole(least=1)
    present = Flag(allow_none=True, metadata=says("Null where nobody has said anything."))
    made_up = Flag(metadata=says("Attended by a make-up."))
    evidence = ma.fields.List(Reference(), metadata=says("What counts: no correction replaced it."))


class Attendance(Shown):
    """What the evidence comes to, meeting by meeting."""

    attended = Whole(metadata=says("How many of the meetings."))
    needed_percent = Whole(
        least=1, most=100, metadata=says("How many of a hundred meetings are needed.")
    )
    meetings = ma.fields.List(ma.fields.Nested(AttendedMeeting))
    final_test = ma.fields.Nested(AttendedMeeting)
    final_test_needed = Flag()
    score = Whole(
        most=100, allow_none=True, metadata=says("Of the final test; it decides nothing.")
    )


class ShownEvidence(Shown):
    """Evidence as it was recorded."""

    evidence_id = Reference()
    sequence = Whole(least=1)
    present = Flag()
    source = OneOf(tuple(Source))
    device_time = InstantField(metadata=says("By the device's own clock."))
    recorded_at = InstantField(metadata=says("By the server's clock."))
    role = OneOf(EVERY_ROLE, metadata=says("Who recorded it."))
    score = Whole(most=100, allow_none=True)
    corrects = Reference(allow_none=True)
    reason = Text(most=500, lines=True, allow_none=True)
    make_up = ma.fields.Nested(MakeUpMeeting, allow_none=True)
    position = position()
    counts = Flag(metadata=says("False where it was corrected, or came after the result."))


class EnrolmentAttendance(Shown):
    """What was recorded of an enrolment, and what it comes to: by its result, or before it by the rules in force."""

    id = Reference()
    status = OneOf(tuple(EnrolmentState))
    attendance = ma.fields.Nested(Attendance)
    evidence = ma.fields.List(
        ma.fields.Nested(ShownEvidence), metadata=says("In the order of recording.")
    )


class GivenResult(Shown):
    """How a training ended, by its evidence."""

    id = Reference()
    status = OneOf(_OUTCOMES)
    attendance = ma.fields.Nested(Attendance)
    card_status = OneOf(tuple(CardState))
    next_purchase_until = InstantField(
        allow_none=True,
        metadata=says(
            "By when the next class has to be bought; null while another training runs, or the card is barred."
        ),
    )
    open_again_at = InstantField(
        allow_none=True, metadata=says("From when on it can be bought; null: at once.")
    )
    returned_to_state = rupiah("What had been set aside and went back to the State.")
    position = position()


class RefusedResult(Shown):
    """An enrolment that got no result, and why."""

    enrolment_id = Reference()
    code = OneOf(("state-conflict", *(refusal.code for refusal in RESULT_REFUSALS)))
    detail = Text(most=1_000, lines=True, metadata=says("What was wrong and what would be right."))


class ClassResults(Shown):
    """What became of each enrolment of a class that was still running."""

    given = ma.fields.List(ma.fields.Nested(GivenResult))
    refused = ma.fields.List(ma.fields.Nested(RefusedResult))
    next_after = Reference(
        allow_none=True, metadata=says("There are more: call again with this as `after`.")
    )


class VoidedEnrolment(Shown):
    """A result that does not stand any more."""

    id = Reference()
    status = OneOf((EnrolmentState.VOIDED,))
    returned_to_state = rupiah("What was still set aside and went back to the State.")
    incentives_withdrawn = rupiah("Incentives that rested on it, and are not due any more.")
    incentives_due = rupiah("Of these, what another completed training earns in its place.")
    position = position()


class OpenedPurchase(Shown):
    """That the next purchase is open."""

    id = Reference()
    open_again_at = InstantField()
    position = position()


class ReviewedEnrolment(Shown):
    """A training that was reviewed."""

    id = Reference()
    rating = Whole(least=WORST, most=BEST)
    incentive_due = rupiah("The incentive that became due by this; 0 where none did.")
    position = position()


class ShownReview(Shown):
    """What a holder said of a training."""

    id = Reference()
    rating = Whole(least=WORST, most=BEST, allow_none=True)
    text = Text(most=LONGEST_TEXT, lines=True, allow_none=True)


class OverdueStep(Shown):
    """Something that was not done in time."""

    enrolment_id = Reference()
    status = OneOf(tuple(EnrolmentState))
    class_id = Reference()
    provider_id = Reference()
    card_ref = Reference()
    region = Parsed(region_code, form=forms.REGENCY)
    action = OneOf(("redemption", "review", "result"))
    whose = OneOf((HOLDER, PROVIDER), metadata=says("Whose time has passed."))
    actor = OneOf((HOLDER, OPERATOR), metadata=says("Who has to act now."))
    since = InstantField(
        metadata=says(
            "Since when it could be done: the enrolment, the end of the class, or the result that waits for its review."
        )
    )
    due_at = InstantField(metadata=says("By when it had to be done."))


Overdue = page_of(OverdueStep, name="Overdue")
