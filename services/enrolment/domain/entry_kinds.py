"""What enrolment's journal tells of."""

from __future__ import annotations

from enum import StrEnum


class EntryKind(StrEnum):
    """What an entry tells. A kind that was ever written stays: the journal is kept, and filtered by it."""

    RULES_SCHEDULED = "rules-scheduled"
    RULES_WITHDRAWN = "rules-withdrawn"
    WAVE_OPENED = "wave-opened"
    QUOTAS_SET = "quotas-set"
    APPLICATION_MADE = "application-made"
    APPLICATION_WITHDRAWN = "application-withdrawn"
    APPLICATION_JUDGED = "application-judged"
    APPLICATION_ERASED = "application-erased"
    DRAW_ANNOUNCED = "draw-announced"
    DRAW_LISTED = "draw-listed"
    DRAW_SETTLED = "draw-settled"
    DRAW_ORDERED = "draw-ordered"
    DRAW_REVEALED = "draw-revealed"
    DRAW_DONE = "draw-done"
    DRAW_HALTED = "draw-halted"
    APPLICATION_LOOKED_UP = "application-looked-up"
    PAUSE_BEGUN = "pause-begun"
    PAUSE_ENDED = "pause-ended"
    SUSPENSION_BEGUN = "suspension-begun"
    SUSPENSION_ENDED = "suspension-ended"
    CARD_AWARDED = "card-awarded"
    CARD_LOOKED_UP = "card-looked-up"
    CARD_EXPIRED = "card-expired"
    CARD_REVOKED = "card-revoked"
    CARD_WITHDRAWN = "card-withdrawn"
    HOLDER_MOVED = "holder-moved"
    ERASED = "erased"
    ADMISSION_UNDONE = "admission-undone"
    ADMISSION_FILE_RECEIVED = "admission-file-received"
    ADMISSION_FILE_READ = "admission-file-read"
    ADMISSION_FILE_STOPPED = "admission-file-stopped"
    ADMISSION_FILE_DONE = "admission-file-done"
    ADMISSION_FILE_FORGOTTEN = "admission-file-forgotten"
    EXCLUSION_LIST_ANNOUNCED = "exclusion-list-announced"
    EXCLUSION_LIST_RECEIVED = "exclusion-list-received"
    EXCLUSION_LIST_ACTIVATED = "exclusion-list-activated"
    EXCLUSION_LIST_CHECKED = "exclusion-list-checked"
    EXCLUSION_LIST_WITHDRAWN = "exclusion-list-withdrawn"
    EXCLUSION_LIST_FORGOTTEN = "exclusion-list-forgotten"
    EXCLUSION_LIST_READ = "exclusion-list-read"
    EXCLUSION_CASE_OPENED = "exclusion-case-opened"
    EXCLUSION_CASE_UPHELD = "exclusion-case-upheld"
    EXCLUSION_CASE_DISMISSED = "exclusion-case-dismissed"
    EXCLUSION_CASE_APPEALED = "exclusion-case-appealed"
    EXCLUSION_CASE_FINAL = "exclusion-case-final"
    EXCLUSION_CASE_GRANTED = "exclusion-case-granted"
    EXCLUSION_CASE_LAPSED = "exclusion-case-lapsed"
    EXCLUSION_APPEAL_READ = "exclusion-appeal-read"
    CORRECTION_PROPOSED = "correction-proposed"
    CORRECTION_APPROVED = "correction-approved"
    CORRECTION_REFUSED = "correction-refused"
    CORRECTION_WITHDRAWN = "correction-withdrawn"
    SURVEY_HANDED_IN = "survey-handed-in"
    INCENTIVE_DUE = "incentive-due"
    INCENTIVE_WITHDRAWN = "incentive-withdrawn"
    CLASS_UNLISTED = "class-unlisted"
    CLASS_MOVED = "class-moved"
    ENROLMENT_WAITLISTED = "enrolment-waitlisted"
    ENROLMENT_OFFERED = "enrolment-offered"
    ENROLMENT_RELEASED = "enrolment-released"
    ENROLMENT_CONFIRMED = "enrolment-confirmed"
    ENROLMENT_REDEEMED = "enrolment-redeemed"
    ENROLMENT_CANCELLED = "enrolment-cancelled"
    ATTENDANCE_RECORDED = "attendance-recorded"
    ATTENDANCE_CORRECTED = "attendance-corrected"
    ENROLMENT_COMPLETED = "enrolment-completed"
    ENROLMENT_INCOMPLETE = "enrolment-incomplete"
    ENROLMENT_NO_SHOW = "enrolment-no-show"
    ENROLMENT_VOIDED = "enrolment-voided"
    ENROLMENT_REVIEWED = "enrolment-reviewed"
    ENROLMENT_OPENED_AGAIN = "enrolment-opened-again"
    ROSTER_READ = "roster-read"


OF_AN_ENROLMENT = (
    EntryKind.ENROLMENT_WAITLISTED,
    EntryKind.ENROLMENT_OFFERED,
    EntryKind.ENROLMENT_RELEASED,
    EntryKind.ENROLMENT_CONFIRMED,
    EntryKind.ENROLMENT_REDEEMED,
    EntryKind.ENROLMENT_CANCELLED,
    EntryKind.ATTENDANCE_RECORDED,
    EntryKind.ATTENDANCE_CORRECTED,
    EntryKind.ENROLMENT_COMPLETED,
    EntryKind.ENROLMENT_INCOMPLETE,
    EntryKind.ENROLMENT_NO_SHOW,
    EntryKind.ENROLMENT_VOIDED,
    EntryKind.ENROLMENT_REVIEWED,
    EntryKind.ENROLMENT_OPENED_AGAIN,
    EntryKind.INCENTIVE_DUE,
    EntryKind.INCENTIVE_WITHDRAWN,
)
"""The kinds whose entries name an enrolment."""

OF_A_TIMELINE = (*OF_AN_ENROLMENT, EntryKind.CLASS_MOVED)
"""What an enrolment's timeline tells: what happened to it, and to its class with everybody in it."""

READINGS = (
    EntryKind.CARD_LOOKED_UP,
    EntryKind.ROSTER_READ,
    EntryKind.ADMISSION_FILE_READ,
    EntryKind.EXCLUSION_LIST_READ,
    EntryKind.EXCLUSION_APPEAL_READ,
    EntryKind.APPLICATION_LOOKED_UP,
)
"""Somebody read what tells of people. Partial indexes name these: one more needs a migration."""
