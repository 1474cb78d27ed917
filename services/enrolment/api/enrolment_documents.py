"""What calls about enrolments take and answer."""

from __future__ import annotations

import marshmallow as ma

from chassis.contract import Shown, page_of
from chassis.fields import (
    Flag,
    InstantField,
    OneOf,
    PageQuery,
    Parsed,
    Reference,
    Strict,
    Text,
    Whole,
    says,
)
from services.enrolment.api.fields import CONSENT_WITH_CARD, consent, position, rupiah, why
from services.enrolment.api.incentive_documents import EarnedIncentive
from services.enrolment.domain.entry_kinds import OF_A_TIMELINE
from services.enrolment.domain.programme.card import MODE_OF_SCHEME
from services.enrolment.domain.seats.enrolment import EnrolmentState
from services.enrolment.domain.seats.waiting_list import PlaceState
from vocabulary import forms
from vocabulary.money import check_rupiah
from vocabulary.nik import parse_card_number
from vocabulary.roles import EVERY_ROLE
from vocabulary.zones import zone

_MODES = tuple(MODE_OF_SCHEME.values())
_OPEN_PLACES = (PlaceState.WAITLISTED, PlaceState.OFFERED)
_STATES = (*_OPEN_PLACES, PlaceState.RELEASED, *EnrolmentState)


class EnrolmentsQuery(PageQuery):
    """Which enrolments."""

    class_id = Reference(load_default=None, metadata=says("Only those in this class."))
    status = OneOf(
        tuple(state.value for state in _STATES),
        load_default=None,
        metadata=says("Only those that stand so now."),
    )


class EnrolmentRequest(Strict):
    """A seat for a card; officers and operators name the card by its number, and say that its holder agreed."""

    BESIDES = CONSENT_WITH_CARD

    class_id = Reference(required=True)
    expected_price = Parsed(
        check_rupiah,
        form=forms.RUPIAH,
        required=True,
        metadata=says("The price the holder was shown, in rupiah."),
    )
    card_number = Parsed(
        parse_card_number,
        form=forms.CARD_NUMBER,
        metadata=says("Only from officers and operators: the card of the person they assist."),
    )
    consent = consent(
        "Only from officers and operators: the person agreed to this class and price."
    )
    waitlist = Flag(
        load_default=False,
        metadata=says("Where no seat is free, take a place in the class's waiting list."),
    )


class AcceptanceRequest(Strict):
    """The seat that is offered, taken; officers and operators name the card, and say that its holder agreed."""

    BESIDES = CONSENT_WITH_CARD

    expected_price = Parsed(
        check_rupiah,
        form=forms.RUPIAH,
        metadata=says("The price the holder was shown now; left out: that of joining the list."),
    )
    card_number = Parsed(
        parse_card_number,
        form=forms.CARD_NUMBER,
        metadata=says("Only from officers and operators: the card of the person they assist."),
    )
    consent = consent("Only from officers and operators: the person agreed to take the seat.")


class OfferRefusal(Strict):
    """The seat that is offered, refused; officers and operators name the card, and say that its holder agreed."""

    BESIDES = CONSENT_WITH_CARD

    reason = why(metadata=says("Nobody has to give one. The log keeps it for ever."))
    card_number = Parsed(
        parse_card_number,
        form=forms.CARD_NUMBER,
        metadata=says("Only from officers and operators: the card of the person they assist."),
    )
    consent = consent("Only from officers and operators: the person agreed to refuse the seat.")


class RedemptionRequest(Strict):
    """The code the holder was given."""

    redeem_code = Text(most=32, required=True)


class ClassOfEnrolment(Shown):
    """The class an enrolment is in."""

    id = Reference()
    course_id = Reference()
    course_title = Text(most=200)
    mode = OneOf(_MODES)
    zone = Parsed(zone, form=forms.ZONE)
    starts_at = InstantField()
    ends_at = InstantField()


class NextClass(ClassOfEnrolment):
    """A class of the same course that has a seat for anybody now."""

    price = rupiah("What a seat costs.")
    registration_closes = InstantField()
    seats_left = Whole(least=1, metadata=says("Free as this is read."))


_CODE = says("Shown at the provider to begin the training. Whoever has it can: keep it secret.")


class NewEnrolment(Shown):
    """A seat that was just taken, or a place in the waiting list: then it costs nothing yet, and has no code."""

    SOMETIMES = frozenset({"balance", "redeem_code", "place_in_line"})

    id = Reference()
    status = OneOf((EnrolmentState.CONFIRMED, PlaceState.WAITLISTED))
    class_ = ma.fields.Nested(ClassOfEnrolment, data_key="class")
    price = rupiah("What was set aside for the provider; of a place, what the seat costs now.")
    balance = rupiah("What is left on the card.")
    redeem_code = Text(least=10, most=10, metadata=_CODE)
    place_in_line = Whole(least=1, metadata=says("Only of a place: 1 is offered the next seat."))
    position = position()


_STANDS = (
    "`waitlisted`: a place in the waiting list. `offered`: a seat is kept until it is accepted, or the offer runs out."
    " `released`: that place has ended without a seat. `confirmed`: the seat is held. `active`: the training has begun."
    " `completed`, `incomplete`, `no_show`: its result. `voided`: a result that was taken back. `cancelled`: the seat"
    " was given back."
)


class Enrolment(Shown):
    """One card in one class, or in its waiting list."""

    SOMETIMES = frozenset(
        {
            *("redeem_code", "place_in_line", "offer_expires_at", "next_classes"),
            *("class_moved_at", "free_exit_until"),
        }
    )

    id = Reference()
    status = OneOf(_STATES, metadata=says(_STANDS))
    card_ref = Reference()
    provider_id = Reference()
    class_ = ma.fields.Nested(ClassOfEnrolment, data_key="class")
    price = rupiah("What the class cost this card; of a place, what it cost when that was taken.")
    enrolled_at = InstantField(metadata=says("Of a place: when its holder joined the list."))
    assisted = Flag(
        metadata=says("An officer or operator took the seat in the holder's name, who had agreed.")
    )
    redeem_code = Text(
        least=10,
        most=10,
        metadata=says("Only for the holder, and only until the training has begun."),
    )
    place_in_line = Whole(
        least=1, metadata=says("Only while it is waitlisted: 1 is offered the next seat.")
    )
    offer_expires_at = InstantField(
        metadata=says(
            "Only while a seat is offered: until when it is kept. A pause of enrolments since"
            " prolongs it by as long as it lasts."
        )
    )
    class_moved_at = InstantField(
        metadata=says(
            "Only where the class was moved to other days or another place after this seat was taken: when that was"
            " known here. The timeline tells of each move."
        )
    )
    free_exit_until = InstantField(
        metadata=says(
            "With it: until then a holder who has come to no meeting since may leave free of charge, by a cancellation."
            " Money and the time that was left come back, whatever else the rules say of leaving."
        )
    )
    next_classes = ma.fields.List(
        ma.fields.Nested(NextClass),
        metadata=says(
            "Only where its class was called off, and in no list: the classes of the course with a seat for anybody"
            " that start soonest, three at most. What the rules say of this card, enrolling tells."
        ),
    )


Enrolments = page_of(Enrolment, name="Enrolments")


_KINDS = (
    "`enrolment-waitlisted`: a place in the waiting list was taken. `enrolment-offered`: a seat was offered for it."
    " `enrolment-released`: it ended without a seat."
    " `enrolment-confirmed`: the seat was taken. `enrolment-redeemed`: the training began with the code."
    " `enrolment-cancelled`: seat and money went back. `attendance-recorded`, `attendance-corrected`: evidence of a"
    " meeting or the final test came, or was put right. `enrolment-completed`, `enrolment-incomplete`,"
    " `enrolment-no-show`: the result. `enrolment-voided`: a result was taken back for fraud. `enrolment-reviewed`: the"
    " holder said how it was. `enrolment-opened-again`: the operator ended the waiting time before the next purchase."
    " `class-moved`: the class was moved to other days or another place, with everybody who had a seat in it."
    " `incentive-due`, `incentive-withdrawn`: an incentive that rests on this training became due, or was withdrawn."
)


class TimelineEvent(Shown):
    """Something that happened to an enrolment."""

    position = position()
    kind = OneOf(OF_A_TIMELINE, metadata=says(_KINDS))
    at = InstantField()
    role = OneOf(EVERY_ROLE, metadata=says("Who did it."))
    assisted = Flag(metadata=says("It was done in the holder's name, who had agreed."))
    reason = Text(most=1_000, lines=True, allow_none=True)


class NextStep(Shown):
    """What has to happen next."""

    action = OneOf(
        (
            *("offer", "acceptance", "cancellation"),
            *("redemption", "attendance", "result", "review"),
        ),
        metadata=says(
            "`offer`: a seat comes free, which is offered by itself. `acceptance`: the holder takes the seat that is"
            " offered. `redemption`: the holder's code is shown to begin. `attendance`: evidence is sent. `result`: the"
            " result is given. `review`: the holder says how it was. `cancellation`: the class was called off, and seat"
            " and money return by themselves."
        ),
    )
    actor = OneOf(EVERY_ROLE, metadata=says("Who must act."))
    due_at = InstantField(
        allow_none=True,
        metadata=says("By when; null: at once, by itself, or at any time for a review."),
    )
    overdue = Flag(
        metadata=says(
            "That time has passed. Of a result: it was the provider's, now the operator acts."
        )
    )


class Timeline(Shown):
    """What happened to an enrolment, and what comes next."""

    id = Reference()
    card_ref = Reference(metadata=says("Whose enrolment it is: for whom all this was done."))
    status = OneOf(_STATES, metadata=says(_STANDS))
    events = ma.fields.List(ma.fields.Nested(TimelineEvent))
    next = ma.fields.Nested(
        NextStep, allow_none=True, metadata=says("Null where the enrolment has ended.")
    )
    incentive = ma.fields.Nested(
        EarnedIncentive,
        allow_none=True,
        metadata=says("Null where another training earned it, or this one earns none."),
    )


class LeftPlace(Shown):
    """A place in a waiting list that was given up."""

    id = Reference()
    status = OneOf((PlaceState.RELEASED,))
    refunded = rupiah("0: a place costs nothing.")
    position = position()


class CancelledEnrolment(Shown):
    """A seat, or a place in a waiting list, that was given back."""

    id = Reference()
    status = OneOf((EnrolmentState.CANCELLED, PlaceState.RELEASED))
    refunded = rupiah("What came back to the card.")
    position = position()


class BegunEnrolment(Shown):
    """A training that has begun."""

    id = Reference()
    status = OneOf((EnrolmentState.ACTIVE,))
    position = position()
