"""Why nobody is admitted, and why an admission is not undone."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from chassis.problems import Problem


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
    tells = (("pause_id", UUID),)
    default_detail = "End that pause first to change its message."


class CandidateFileFaulty(Problem):
    code = "candidate-file-faulty"
    status = 422
    title = "The file of candidates cannot be read"
    meaning = (
        "The file is refused as a whole: it has another header, one that is not UTF-8, no candidate or too many, or a "
        "line that is too long. The member line names the line by which that was seen."
    )
    tells = (("line", int),)
    default_detail = "Mend the file at the line named and send it again. Nothing of it was kept."


class BirthDateImpossible(Problem):
    code = "birth-date-impossible"
    status = 422
    title = "Nobody who may hold a card was born on that day"
    meaning = "The candidate's day of birth lies in the future or before 1900."
    default_detail = "Check birth_date: it lies in the future, or before 1900."


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
    tells = (("quota_id", UUID),)
    default_detail = (
        "Read the quota: a place comes free when a card expires, or when its places are raised."
    )


class UndoTooLate(Problem):
    code = "undo-too-late"
    status = 409
    title = "This can no longer be undone"
    meaning = "An admission is undone within 24 hours; the member until says when they were over."
    tells = (("until", datetime),)
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


class WaveClosed(Problem):
    code = "wave-closed"
    status = 409
    title = "The wave is not open"
    meaning = "The present instant lies outside the wave's window."
    default_detail = "Candidates are admitted while the wave's window is open."
