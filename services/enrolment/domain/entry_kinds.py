"""What enrolment's journal tells of."""

from __future__ import annotations

from enum import StrEnum


class EntryKind(StrEnum):
    """What an entry tells. A kind that was ever written stays: the journal is kept, and filtered by it."""

    RULES_SCHEDULED = "rules-scheduled"
    RULES_WITHDRAWN = "rules-withdrawn"
    WAVE_OPENED = "wave-opened"
    QUOTAS_SET = "quotas-set"
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
    ADMISSION_UNDONE = "admission-undone"
    ADMISSION_FILE_RECEIVED = "admission-file-received"
    ADMISSION_FILE_READ = "admission-file-read"
    ADMISSION_FILE_STOPPED = "admission-file-stopped"
    ADMISSION_FILE_DONE = "admission-file-done"
    ADMISSION_FILE_FORGOTTEN = "admission-file-forgotten"
    CORRECTION_PROPOSED = "correction-proposed"
    CORRECTION_APPROVED = "correction-approved"
    CORRECTION_REFUSED = "correction-refused"
    CORRECTION_WITHDRAWN = "correction-withdrawn"
    CLASS_UNLISTED = "class-unlisted"
    ENROLMENT_CONFIRMED = "enrolment-confirmed"
    ENROLMENT_REDEEMED = "enrolment-redeemed"
    ENROLMENT_CANCELLED = "enrolment-cancelled"
    ROSTER_READ = "roster-read"
