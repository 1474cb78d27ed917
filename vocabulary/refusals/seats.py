"""Why a seat is not given, and why it is not given back."""

from __future__ import annotations

from datetime import datetime

from chassis.problems import Problem, Unavailable

_STATES = (
    *("waitlisted", "offered", "accepted", "released"),
    *("confirmed", "active", "completed", "incomplete", "no_show", "voided", "cancelled"),
)
"""Where an enrolment stands."""


class ClassFull(Problem):
    code = "class-full"
    status = 409
    title = "The class is full"
    meaning = (
        "All seats that the provider declared are held, or kept for those of its waiting list."
    )
    default_detail = (
        "Every seat is taken. Wait for one with waitlist: true, or choose another class."
    )


class AlreadyWaiting(Problem):
    code = "already-waiting"
    status = 409
    title = "The card stands in this class's waiting list"
    meaning = "The card has a place in the waiting list of this class, or is offered a seat in it."
    default_detail = (
        "One card has one place in a list; its list of enrolments shows where it stands."
    )


class TooManyWaitingLists(Problem):
    code = "too-many-waiting-lists"
    status = 409
    title = "The card stands in as many waiting lists as it may"
    meaning = "A card may wait for a seat in three classes at once."
    default_detail = "Leave one of the waiting lists first: cancel that place."


class OfferOver(Problem):
    code = "offer-over"
    status = 409
    title = "No seat is offered"
    meaning = (
        "Nothing is offered for this place in the waiting list: it still waits, or its offer ran out, was refused, or"
        " was accepted. The member enrolment_status says which."
    )
    tells = (("enrolment_status", _STATES),)
    default_detail = (
        "See the enrolment's timeline. Whoever still wants a seat can join the list again."
    )


class ClassNotFound(Problem):
    code = "class-not-found"
    status = 404
    title = "There is no such class"
    meaning = "No class with this id was ever published."
    default_detail = "Check the class_id; a class can be enrolled in once it is published."


class CatalogueLagging(Unavailable):
    code = "catalogue-lagging"
    title = "The list of classes is not up to date here"
    meaning = (
        "Enrolment has no class with this id, and it may have been published since enrolment read the catalogue last:"
        " that is a second ago, or longer where the catalogue is away."
    )
    default_detail = "This class is not known here yet. Try again after the time in Retry-After."


class RegistrationClosed(Problem):
    code = "registration-closed"
    status = 409
    title = "Registration is not open"
    meaning = (
        "The class is called off or closed, or the instant lies outside its registration window."
    )
    default_detail = "This class takes no enrolments now. See its registration window."


class EnrolmentsPaused(Problem):
    code = "enrolments-paused"
    status = 409
    title = "Enrolment is paused"
    meaning = "The programme takes no enrolments for a while, everywhere or in the card's region; detail says why."
    default_detail = "Nobody can enrol for a while. See the list of pauses, and try again when this one has ended."


class PriceChanged(Problem):
    code = "price-changed"
    status = 409
    title = "The price is another one"
    meaning = "The price that the holder was shown is not the one in force. The member price is."
    tells = (("price", int),)
    default_detail = "Show the holder the present price, and enrol with it as expected_price."


class AlreadyEnrolled(Problem):
    code = "already-enrolled"
    status = 409
    title = "The card is enrolled in this class"
    meaning = "The card has a seat in this class."
    default_detail = (
        "One card takes one seat in a class; its list of enrolments shows which it has."
    )


class EnrolmentInProgress(Problem):
    code = "enrolment-in-progress"
    status = 409
    title = "Another training is not finished"
    meaning = "The card has as many running trainings as the rules in force allow."
    default_detail = "Finish or cancel the running training first."


class InsufficientBalance(Problem):
    code = "insufficient-balance"
    status = 409
    title = "The balance does not cover the price"
    meaning = (
        "The class costs more than the card holds. The members balance and price say how much."
    )
    tells = (("balance", int), ("price", int))
    default_detail = "Choose a class whose price the card's balance covers."


class ModeNotInScheme(Problem):
    code = "mode-not-in-scheme"
    status = 409
    title = "The card's scheme does not cover this kind of class"
    meaning = "The card was granted for the other kind of class."
    default_detail = "A digital card buys online classes, an offline card buys offline ones."


class ScheduleConflict(Problem):
    code = "schedule-conflict"
    status = 409
    title = "The meetings overlap with another training"
    meaning = "A meeting of the class overlaps with one of a training that the card is in."
    default_detail = "Choose a class whose meetings lie at other times."


class ReviewOwed(Problem):
    code = "review-owed"
    status = 409
    title = "The last training has not been reviewed"
    meaning = "The card's last training is completed, and its holder has not said yet how it was."
    default_detail = "Review the completed training first; then the next one can be bought."


class CancellationClosed(Problem):
    code = "cancellation-closed"
    status = 409
    title = "This enrolment can no longer be cancelled"
    meaning = (
        "The enrolment has ended; or a holder wants to cancel, and the class has begun or the rules let no holder"
        " cancel; or the class has ended, at the instant in the member ends_at. Then only a result ends the enrolment,"
        " computed from evidence. Where there is none at all, the operator can still cancel."
    )
    tells = (("enrolment_status", _STATES), ("ends_at", datetime))
    default_detail = (
        "A holder may cancel before the class starts, or until free_exit_until where it was moved, while the"
        " enrolment is not ended."
    )


class WaitingTimeRuns(Problem):
    code = "waiting-time-runs"
    status = 409
    title = "The next class can be bought later"
    meaning = (
        "After a training that was not completed the rules let the card wait. The member open_again_at says from when"
        " on it may buy again; the operator can open it earlier."
    )
    tells = (("open_again_at", datetime),)
    default_detail = "Wait until open_again_at, or ask the programme's operator to open the next purchase earlier."
