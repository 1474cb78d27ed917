"""What the journal of accounts tells of."""

from __future__ import annotations

from enum import StrEnum


class EntryKind(StrEnum):
    """What an entry tells. A kind that was ever written stays: the journal is kept, and filtered by it."""

    CLIENT_REGISTERED = "client-registered"
    CLIENT_DISABLED = "client-disabled"
    APPLICATION_REGISTERED = "application-registered"
    APPLICATION_DISABLED = "application-disabled"
    GRANT_ENDED = "grant-ended"
    KEY_CREATED = "key-created"
    KEY_RETIRED = "key-retired"
    ACCOUNT_CREATED = "account-created"
    ACCOUNT_ACTIVATED = "account-activated"
    ACCOUNT_DISABLED = "account-disabled"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 - a kind of entry, no password
    RECOVERY_STARTED = "recovery-started"
    RECOVERY_COMPLETED = "recovery-completed"
    RECOVERY_WITHDRAWN = "recovery-withdrawn"
    INVITATION_SENT = "invitation-sent"
    INVITATION_ACCEPTED = "invitation-accepted"
    INVITATION_WITHDRAWN = "invitation-withdrawn"
    STAFF_READ = "staff-read"
