"""Why evidence, a result or a review is not taken."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from chassis.problems import Problem


class RedeemCodeWrong(Problem):
    code = "redeem-code-wrong"
    status = 422
    title = "The redeem code is not the one of this enrolment"
    meaning = "The code is not the one that was given with this enrolment."
    default_detail = "Enter the code exactly as the enrolment shows it."


class NoSuchMeeting(Problem):
    code = "no-such-meeting"
    status = 422
    title = "The class has no such meeting"
    meaning = "The class has as many meetings as the member meetings says, counted from 1; 999 is the final test."
    tells = (("meetings", int),)
    default_detail = (
        "Send the sequence of a meeting of this class, counted from 1, or 999 for the final test."
    )


class MeetingNotHeld(Problem):
    code = "meeting-not-held"
    status = 409
    title = "The meeting has not begun"
    meaning = "By the server's clock the meeting, or its make-up, begins only at the instant in the member begins_at."
    tells = (("begins_at", datetime),)
    default_detail = "Send evidence of a meeting once it has begun."


class DeviceTimeImpossible(Problem):
    code = "device-time-impossible"
    status = 422
    title = "The device's clock cannot be right"
    meaning = (
        "What the device said lies more than a day before the meeting began, or more than a day ahead of the server's"
        " clock: neither a wrong zone nor a slow network explains that. The members earliest and latest say what"
        " is taken."
    )
    tells = (("earliest", datetime), ("latest", datetime))
    default_detail = (
        "Set the device's clock, and send the evidence with the time at which it was made."
    )


class MakeUpOutOfBounds(Problem):
    code = "make-up-out-of-bounds"
    status = 422
    title = "The make-up meeting is not within its bounds"
    meaning = (
        "A make-up is held after the meeting that it stands for, for at most a day, and ends before the result is due:"
        " the members earliest and latest say when. The final test has none: who sat it later sat it."
    )
    tells = (("earliest", datetime), ("latest", datetime))
    default_detail = (
        "Send a make-up that was held from earliest to latest and lasted at most a day."
    )


class EvidenceConflict(Problem):
    code = "evidence-conflict"
    status = 409
    title = "Other evidence has this id"
    meaning = "Evidence with this id is kept already, and says something else."
    default_detail = "Send other evidence under an id of its own. To change what was said, send a correction of it."


class EvidenceNotFound(Problem):
    code = "evidence-not-found"
    status = 422
    title = "There is no such evidence to correct"
    meaning = "A correction names evidence of the same enrolment and the same meeting; there is none with this id."
    default_detail = (
        "Send in corrects the id of evidence of the same enrolment and the same meeting."
    )


class EvidenceCorrected(Problem):
    code = "evidence-corrected"
    status = 409
    title = "This evidence was corrected already"
    meaning = "Evidence is corrected once; the member corrected_by names the correction, which can itself be corrected."
    tells = (("corrected_by", UUID),)
    default_detail = "Read the attendance of the enrolment, and correct the correction."


class EvidenceTooMuch(Problem):
    code = "evidence-too-much"
    status = 409
    title = "No more evidence is kept of this enrolment"
    meaning = "Of one enrolment so many entries are kept as the member most says."
    tells = (("most", int),)
    default_detail = "Ask the programme's operator: no class has so many meetings."


class TrainingNotOver(Problem):
    code = "training-not-over"
    status = 409
    title = "The training is not over"
    meaning = (
        "A result is given after the last meeting, which ends at the instant in the member ends_at."
    )
    tells = (("ends_at", datetime),)
    default_detail = "Give the result once the last meeting has ended."


class ResultTooLate(Problem):
    code = "result-too-late"
    status = 409
    title = "The provider's time for the result is over"
    meaning = "Providers give results until the instant in the member due_at; later the operator does, for a reason."
    tells = (("due_at", datetime),)
    default_detail = "Ask the programme's operator to give the result. Evidence is still taken."


class EvidenceMissing(Problem):
    code = "evidence-missing"
    status = 409
    title = "There is no evidence to judge by"
    meaning = "Nobody has recorded whether the holder came to any meeting: not even that the holder stayed away."
    default_detail = (
        "Send evidence first, also of somebody who never came: `present` false for meeting 1."
    )


class NotRedeemed(Problem):
    code = "not-redeemed"
    status = 409
    title = "The redeem code was not shown"
    meaning = (
        "There is evidence that the holder came, but the training was never begun with the redeem code, by which the"
        " holder agrees to it."
    )
    default_detail = (
        "Redeem the enrolment with the code that the holder reads in it; that is still possible. The programme's"
        " operator can give the result without it, for a reason."
    )


class AlreadyReviewed(Problem):
    code = "already-reviewed"
    status = 409
    title = "This training was reviewed"
    meaning = "The holder said already how the training was; that is said once."
    default_detail = "There is nothing left to do: the next class can be bought, if the card's time has not run out."
