"""What the calls about attendance, results and reviews take."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from chassis.clock import read_instant
from chassis.composed_fields import JudgedByItself
from chassis.fields import (
    Flag,
    InstantField,
    OneOf,
    PageQuery,
    Reference,
    Strict,
    Text,
    Whole,
    refuse_empty_span,
    says,
)
from chassis.identifiers import is_id
from services.enrolment.api.fields import case_number, why
from services.enrolment.domain.learning.evidence import Source
from services.enrolment.domain.learning.review import BEST, LONGEST_TEXT, WORST
from services.enrolment.domain.seats.training_class import FINAL_TEST
from vocabulary.nik import refuse_personal_number
from vocabulary.roles import HOLDER, OPERATOR, PROVIDER

MOST_EVIDENCE = 1_000


class MakeUpMeeting(Strict):
    """A meeting held for those who had missed another one."""

    held_from = InstantField(required=True)
    held_to = InstantField(required=True)

    @ma.validates_schema
    def check_span(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a make-up that ends before it begins."""
        refuse_empty_span(data, "held_from", "held_to")


class EvidenceItem(Strict):
    """That somebody came to a meeting, or did not."""

    evidence_id = Reference(
        required=True,
        metadata=says("Made by the device, new for each: sent again, it changes nothing."),
    )
    enrolment_id = Reference(required=True)
    sequence = Whole(
        least=1,
        most=FINAL_TEST,
        required=True,
        metadata=says(f"Which meeting, counted from 1; {FINAL_TEST} is the final test."),
    )
    present = Flag(required=True)
    source = OneOf(
        tuple(source.value for source in Source),
        required=True,
        metadata=says("By what means it is known; final-test only of the final test."),
    )
    device_time = InstantField(
        required=True,
        metadata=says("By the device's own clock, which is kept as it said, right or wrong."),
    )
    score = Whole(
        most=100,
        load_default=None,
        metadata=says("Only of a final test that was sat; a low one completes, too."),
    )
    corrects = Reference(
        load_default=None,
        metadata=says("The evidence in whose place this comes: same enrolment, same meeting."),
    )
    reason = why(
        load_default=None,
        metadata=says("Needed for a correction, and from operators; kept for ever."),
    )
    make_up = ma.fields.Nested(
        MakeUpMeeting,
        load_default=None,
        metadata=says("Where not the meeting was attended but one that made up for it."),
    )

    @ma.validates_schema
    def check_together(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse members that do not go together."""
        of_the_test = data["sequence"] == FINAL_TEST
        if data["source"] == Source.FINAL_TEST and not of_the_test:
            raise ma.ValidationError(f"Send final-test with sequence {FINAL_TEST}.", "source")
        if data["score"] is not None and not (of_the_test and data["present"]):
            raise ma.ValidationError("Send a score with a final test that was sat.", "score")
        if data["corrects"] is not None and data["reason"] is None:
            raise ma.ValidationError("Say why the evidence is corrected.", "reason")
        if data["corrects"] == data["evidence_id"]:
            raise ma.ValidationError("A correction has an id of its own.", "evidence_id")


class AttendanceRequest(Strict):
    """Up to 1,000 items; each is judged by itself, and so read by itself once the body is strict JSON."""

    items = ma.fields.List(
        JudgedByItself(EvidenceItem),
        required=True,
        validate=ma.validate.Length(
            1, MOST_EVIDENCE, error=f"Send 1 to {MOST_EVIDENCE} items at once."
        ),
    )


_WHY_RESULT = says(
    "Needed from operators, who judge in the provider's place; the journal keeps it."
)


class ResultRequest(Strict):
    """A result is computed from the evidence: nothing can be stated here."""

    reason = why(load_default=None, metadata=_WHY_RESULT)


class ResultsRequest(ResultRequest):
    """The results of a class."""

    after = Reference(
        load_default=None,
        metadata=says("Where to go on: `next_after` of the answer before."),
    )


class VoidingRequest(Strict):
    """Why a result is voided, and in which case."""

    reason = why(required=True)
    case_number = case_number("the journal tells it")


class ReviewRequest(Strict):
    """What a holder says of a completed training."""

    rating = Whole(
        least=WORST, most=BEST, required=True, metadata=says("From 1, poor, to 5, excellent.")
    )
    text = Text(
        most=LONGEST_TEXT,
        lines=True,
        load_default=None,
        check=refuse_personal_number,
        metadata=says("Kept sealed, and in no journal. Leave out names and numbers of people."),
    )


class OverdueQuery(PageQuery):
    """Whose time has passed."""

    actor = OneOf(
        (HOLDER, PROVIDER, OPERATOR),
        required=True,
        metadata=says(
            "holder: redemptions and reviews that were not done in time; provider: results that were not given in time;"
            " operator: the same results, which are the operator's by then."
        ),
    )

    def is_key(self, text: str) -> bool:
        """Tell whether a text is an instant and an id."""
        instant, _, enrolment_id = text.partition(" ")
        try:
            read_instant(instant)
        except ValueError:
            return False
        return is_id(enrolment_id)
