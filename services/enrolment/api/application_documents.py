"""What calls about applications take and answer."""

from __future__ import annotations

from chassis.contract import Shown
from chassis.fields import InstantField, OneOf, Parsed, Reference, Strict, Text, Whole, says
from services.enrolment.api.admission_documents import CandidateRow
from services.enrolment.api.fields import ReasonGiven, consent, position, why
from services.enrolment.domain.draw.application import ApplicationState
from vocabulary import forms
from vocabulary.nik import parse_nik

WHY_NO_CARD = says(
    "Why no card was awarded: of a rule, or `quota-full`; null where that is not so, and without the receipt."
)


class ApplicationRequest(CandidateRow):
    """A person who wants a card, and that the person agreed to this application."""

    consent = consent(
        "The person agreed that you apply, and that what stands here is kept until the draw.",
        required=True,
    )


class WithdrawalRequest(ReasonGiven):
    """Why an application is withdrawn, and that the person agreed to that."""

    consent = consent("The person agreed to take no part in this draw.", required=True)


class ApplicationLookup(Strict):
    """The id that was given with an application, and the receipt by which its person learns more."""

    application_id = Reference(required=True)
    receipt = Text(
        most=20, metadata=says("As it was given. Without it nothing but the state is told.")
    )


class LostApplication(Strict):
    """Whose application is looked for, and why."""

    nik = Parsed(
        lambda value: parse_nik(value, allow_test_numbers=True).number,
        form=forms.NIK,
        required=True,
    )
    reason = why(required=True)


class WaitingApplication(Shown):
    """An application that was just made, or that waits."""

    id = Reference(
        metadata=says(
            "Give it to the person: by it everybody learns what became of the application."
        )
    )
    wave_id = Reference()
    state = OneOf((ApplicationState.APPLIED,))
    applied_at = InstantField()
    receipt = Text(
        most=20, metadata=says("Give it to the person alone: by it the person learns why, too.")
    )
    position = position()


class ShownApplication(Shown):
    """What became of an application. Who made it, nobody is told."""

    id = Reference()
    wave_id = Reference()
    state = OneOf(
        tuple(ApplicationState),
        metadata=says(
            "`applied` until its turn has come, unless it is `withdrawn`; `drawn` has a card, `refused` none by a rule,"
            " `not-drawn` none for want of a place."
        ),
    )
    applied_at = InstantField(allow_none=True, metadata=says("Null without the receipt."))
    place = Whole(
        least=1, allow_none=True, metadata=says("In the drawn order; null until it is judged.")
    )
    code = Text(most=64, allow_none=True, metadata=WHY_NO_CARD)


class WithdrawnApplication(Shown):
    """An application that was withdrawn; what it held of the person is destroyed."""

    id = Reference()
    state = OneOf((ApplicationState.WITHDRAWN,))
    position = position()
