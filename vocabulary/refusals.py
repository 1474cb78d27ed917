"""What the programme refuses, each with its one code and status.

A rule refuses by raising one of these; the code is part of the public contract and never changes its meaning.
"""

from __future__ import annotations

from chassis.problems import FieldError, Problem, Unavailable


class ClassFull(Problem):
    code = "class-full"
    status = 409
    title = "The class is full"
    meaning = "All seats that the provider declared are held."
    default_detail = "Every seat is taken. Choose another class, or try again: seats come free."


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
        "Enrolment has no class with this id, and has not read the catalogue for a while: it may "
        "have been published since."
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


class AdmissionsPaused(Problem):
    code = "admissions-paused"
    status = 409
    title = "Admission is paused"
    meaning = "The programme admits nobody for a while, everywhere or in the candidate's region; detail says why."
    default_detail = "Nobody is admitted for a while. See the list of pauses, and try again when this one has ended."


class PausedAlready(Problem):
    code = "paused-already"
    status = 409
    title = "This is paused already"
    meaning = "A pause of the same is in force at the same place: the member pause_id names it."
    tells = (("pause_id", str),)
    default_detail = "End that pause first to change its message."


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


class CardNotUsable(Problem):
    code = "card-not-usable"
    status = 409
    title = "The card cannot be used now"
    meaning = "The card is in training, barred, expired, revoked, withdrawn or used up, as the member card_state says."
    tells = (("card_state", str),)
    default_detail = "Read the card: its status says what has to happen first."


class CardNotFound(Problem):
    code = "card-not-found"
    status = 404
    title = "There is no such card"
    meaning = "No card has this number, or it is not within the caller's reach."
    default_detail = (
        "Check the number: sixteen digits, as printed on the card. You find only cards within your reach,"
        " such as those of your region."
    )


class CandidateFileFaulty(Problem):
    code = "candidate-file-faulty"
    status = 422
    title = "The file of candidates cannot be read"
    meaning = (
        "The file is refused as a whole: it is not UTF-8, has another header, no candidate or too many, or a line that "
        "is too long. The member line names the line by which that was seen."
    )
    tells = (("line", int),)
    default_detail = "Mend the file at the line named and send it again. Nothing of it was kept."


class ExclusionFileFaulty(Problem):
    code = "exclusion-file-faulty"
    status = 422
    title = "The file of NIKs cannot be read"
    meaning = (
        "The file is refused as a whole: it is not UTF-8, has another header, no row or too many, or a line that is too"
        " long. The member line names the line by which that was seen."
    )
    tells = (("line", int),)
    default_detail = "Mend the file at the line named, one NIK a line, and send it again."


class BirthDateImpossible(Problem):
    code = "birth-date-impossible"
    status = 422
    title = "Nobody who may hold a card was born on that day"
    meaning = "The candidate's day of birth lies in the future or before 1900."
    default_detail = "Check birth_date: it lies in the future, or before 1900."


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
        "The enrolment has ended, or the class has begun and the caller may not cancel any more."
    )
    tells = (("enrolment_status", str),)
    default_detail = (
        "A holder may cancel before the class starts, while the enrolment is not ended."
    )


class RedeemCodeWrong(Problem):
    code = "redeem-code-wrong"
    status = 422
    title = "The redeem code is not the one of this enrolment"
    meaning = "The code is not the one that was given with this enrolment."
    default_detail = "Enter the code exactly as the enrolment shows it."


class NikAlreadyHeld(Problem):
    code = "nik-already-held"
    status = 409
    title = "This person holds or held a card"
    meaning = (
        "The NIK belongs to somebody who was awarded a card before, whatever became of it, unless it was withdrawn as"
        " awarded by mistake."
    )
    default_detail = "A person can be awarded a card once in a lifetime."


class AgeOutsideRules(Problem):
    code = "age-outside-rules"
    status = 409
    title = "The person is too young or too old for a card"
    meaning = (
        "On the day of the award, where the candidate lives, the age in whole years is not from the member youngest to"
        " the member oldest."
    )
    tells = (("age", int), ("youngest", int), ("oldest", int))
    default_detail = "Check birth_date; who is too young can be admitted later."


class Excluded(Problem):
    code = "excluded"
    status = 409
    title = "The person is on a list of people who may not hold a card"
    meaning = (
        "The rules refuse a card to the groups in the member groups, on whose lists the NIK stands; the member lists"
        " says with which number of each list."
    )
    tells = (("groups", str), ("lists", str))
    default_detail = "Who is on a list wrongly has to be taken off it by whoever issued the list."


class FamilyCardUsedUp(Problem):
    code = "family-card-used-up"
    status = 409
    title = "As many of this family card as may hold or held a card"
    meaning = (
        "The rules let so many people of one family card be awarded a card as the member most says; the member"
        " recipients says how many were."
    )
    tells = (("recipients", int), ("most", int))
    default_detail = "No other person of this family card can be awarded a card."


class QuotaFull(Problem):
    code = "quota-full"
    status = 409
    title = "The quota is used up"
    meaning = (
        "Every place of a quota that would count this card is taken; the member quota_id names it."
    )
    tells = (("quota_id", str),)
    default_detail = (
        "Read the quota: a place comes free when a card expires, or when its places are raised."
    )


class SamePerson(Problem):
    code = "same-person"
    status = 409
    title = "Somebody else has to decide this"
    meaning = (
        "Two people have to agree: who proposed a correction does not decide on it, and who upheld an exclusion does"
        " not decide on the appeal."
    )
    default_detail = (
        "You proposed this correction. Have another operator approve or refuse it, or withdraw it."
    )


class BalanceOutOfBounds(Problem):
    code = "balance-out-of-bounds"
    status = 409
    title = "The card's balance cannot become this"
    meaning = (
        "The correction would leave the card with less than nothing, or with more than its benefit "
        "less what running trainings have set aside: the members balance and most say how much it "
        "has and may have."
    )
    tells = (("balance", int), ("most", int))
    default_detail = (
        "Refuse this correction, and propose one that leaves the balance from 0 to the member most."
    )


class UndoTooLate(Problem):
    code = "undo-too-late"
    status = 409
    title = "This can no longer be undone"
    meaning = "An admission is undone within 24 hours; the member until says when they were over."
    tells = (("until", str),)
    default_detail = "The cards of this admission stay. What is wrong with one of them is put right card by card."


class PreviewOutdated(Problem):
    code = "preview-outdated"
    status = 409
    title = "What would happen is not what was previewed"
    meaning = (
        "Since the preview a card was used or another list was put in force, or the preview is one of something else."
        " Nothing was done."
    )
    default_detail = "Read the preview again, and send its member preview where it is still right."


class RulesTooLate(Problem):
    code = "rules-too-late"
    status = 409
    title = "The rules of that day are settled"
    meaning = (
        "A version of the rules is scheduled or withdrawn at least an hour before the day on which "
        "it takes effect; the member begins says when that day begins."
    )
    tells = (("begins", str),)
    default_detail = "Schedule a version for a later day."


class RuleVersionTaken(Problem):
    code = "rule-version-taken"
    status = 409
    title = "This name or this day has a version of the rules already"
    meaning = "Every version has a name of its own, for good, and no two begin on the same day."
    default_detail = "Send a name and a day that no version has."


class WaveClosed(Problem):
    code = "wave-closed"
    status = 409
    title = "The wave is not open"
    meaning = "The present instant lies outside the wave's window."
    default_detail = "Candidates are admitted while the wave's window is open."


class WaveDraws(Problem):
    code = "wave-draws"
    status = 409
    title = "This wave draws among applications"
    meaning = "The wave was opened with the selection draw: it admits whom the draw names, and nobody else."
    default_detail = (
        "Make an application for each person while the window is open; candidates and files of candidates are for waves"
        " with the selection first-come."
    )


class WaveFirstCome(Problem):
    code = "wave-first-come"
    status = 409
    title = "This wave draws nothing"
    meaning = (
        "The wave was opened with the selection first-come: it takes candidates, and has no draw."
    )
    default_detail = "Look for a wave with the selection draw; here, operators admit candidates."


class AlreadyApplied(Problem):
    code = "already-applied"
    status = 409
    title = "There is an application for this person"
    meaning = "An application of the same NIK stands in this wave."
    default_detail = (
        "A person applies once in a wave. To change what was sent, withdraw it and apply anew."
    )


class ApplicationEnded(Problem):
    code = "application-ended"
    status = 409
    title = "This application has ended"
    meaning = "The application was withdrawn or judged, as the member state says."
    tells = (("state", str),)
    default_detail = "Nothing about this application can be changed any more."


class DrawAnnouncedTooLate(Problem):
    code = "draw-announced-too-late"
    status = 409
    title = "A draw is announced before its window opens"
    meaning = (
        "What a draw is bound to (the hash of its secret, and where its outside value will come from) has to be"
        " published before anybody can apply."
    )
    default_detail = "Send an opens_at that lies in the future."


class DrawTooEarly(Problem):
    code = "draw-too-early"
    status = 409
    title = "The draw is not that far"
    meaning = (
        "A draw is published step by step: announced, listed, settled, ordered, revealed, done. The member state says"
        " where this one stands, the member needs where it has to stand."
    )
    tells = (("state", str), ("needs", str))
    default_detail = (
        "Read the wave: it shows how far its draw is. Try again once that step is published."
    )


class OutsideValueFixed(Problem):
    code = "outside-value-fixed"
    status = 409
    title = "The outside value stands"
    meaning = "The outside value of this draw was entered, once and for all."
    default_detail = "Read it in the wave, with its source. Nobody can enter another one."


class DrawUnderWay(Problem):
    code = "draw-under-way"
    status = 409
    title = "The order of the draw is certain already"
    meaning = (
        "From the outside value on until all are judged, it is known who comes when: places that were given or taken"
        " then would be somebody's. The member state says how far the draw is."
    )
    tells = (("state", str),)
    default_detail = (
        "Change the quotas once the draw is done; then they are for nobody of it any more."
    )


class OutsideValueTooOld(Problem):
    code = "outside-value-too-old"
    status = 409
    title = "The outside value was known before the list was fixed"
    meaning = (
        "A value that was known while applications could still be made or withdrawn could decide which were; the member"
        " listed_at says when the list was fixed."
    )
    tells = (("listed_at", str),)
    default_detail = "Enter the value that the announced source published after listed_at."


class WaitingTimeRuns(Problem):
    code = "waiting-time-runs"
    status = 409
    title = "The next class can be bought later"
    meaning = (
        "After a training that was not completed the rules let the card wait. The member open_again_at says from when"
        " on it may buy again; the operator can open it earlier."
    )
    tells = (("open_again_at", str),)
    default_detail = "Wait until open_again_at, or ask the programme's operator to open the next purchase earlier."


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
    tells = (("begins_at", str),)
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
    tells = (("earliest", str), ("latest", str))
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
    tells = (("earliest", str), ("latest", str))
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
    tells = (("corrected_by", str),)
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
    tells = (("ends_at", str),)
    default_detail = "Give the result once the last meeting has ended."


class ResultTooLate(Problem):
    code = "result-too-late"
    status = 409
    title = "The provider's time for the result is over"
    meaning = "Providers give results until the instant in the member due_at; later the operator does, for a reason."
    tells = (("due_at", str),)
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


# --- the catalogue's ---


class ProviderNameTaken(Problem):
    code = "provider-name-taken"
    status = 409
    title = "Another institution has this name"
    meaning = (
        "An institution of the same name, whatever its capitals and spaces, is approved or waits "
        "for its decision."
    )
    default_detail = (
        "An institution of this name is approved or waits for its decision. Send the name by which yours can be told"
        " from it, such as with its place; if it is yours, wait for the decision or ask the operator."
    )

    def __init__(self) -> None:
        message = "Send a name that no approved or waiting institution has."
        super().__init__(errors=[FieldError("/name", message)])


class ProviderNotApproved(Problem):
    code = "provider-not-approved"
    status = 409
    title = "The provider is not approved"
    meaning = "The provider has applied or was refused, as the member state says."
    tells = (("state", str),)
    default_detail = (
        "Courses and classes are offered by approved providers. Wait for the operator's decision."
    )


class ProviderSuspended(Problem):
    code = "provider-suspended"
    status = 409
    title = "The provider is suspended"
    meaning = (
        "For a while the provider's classes take nobody else, and it offers nothing new. Who is in "
        "one of its classes keeps seat, money and rights."
    )
    default_detail = (
        "The classes of this provider take nobody else for the time being. Choose a class of another provider, or try"
        " again later. Enrolments made before stay as they are."
    )


class CourseNotPublished(Problem):
    code = "course-not-published"
    status = 409
    title = "The course is not published"
    meaning = "The course is a draft, submitted, returned or archived, as the member state says."
    tells = (("state", str),)
    default_detail = "Submit the course; once the operator has published it, it can have classes."
