"""What the catalogue's journal tells of."""

from __future__ import annotations

from enum import StrEnum


class EntryKind(StrEnum):
    """What an entry tells. A kind that was ever written stays: the journal is kept, and filtered by it."""

    PROVIDER_APPLIED = "provider-applied"
    PROVIDER_APPROVED = "provider-approved"
    PROVIDER_REFUSED = "provider-refused"
    PROVIDER_SUSPENDED = "provider-suspended"
    COURSE_DRAFTED = "course-drafted"
    COURSE_CHANGED = "course-changed"
    COURSE_SUBMITTED = "course-submitted"
    COURSE_PUBLISHED = "course-published"
    COURSE_RETURNED = "course-returned"
    COURSE_ARCHIVED = "course-archived"
    CLASS_PUBLISHED = "class-published"
    CLASS_CHANGED = "class-changed"
    CLASS_CLOSED = "class-closed"
    CLASS_CANCELLED = "class-cancelled"
