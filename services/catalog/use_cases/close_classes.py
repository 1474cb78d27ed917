"""Close classes of archived courses."""

from __future__ import annotations

from services.catalog.domain.classes import close
from services.catalog.domain.happenings import Happening, class_happening
from services.catalog.storage.classes import lock_classes_to_close, save_closed
from services.catalog.use_cases.shared.writing import Writing

CLOSED_AT_ONCE = 500
"""Half of what one transaction may append to the journal."""


def close_classes(writing: Writing, *, course_id: str | None = None) -> list[Happening]:
    """Close classes of archived courses, or of the one course, at most `CLOSED_AT_ONCE`; return what to tell of it."""
    found = lock_classes_to_close(
        writing.connection, course_id=course_id, now=writing.now, limit=CLOSED_AT_ONCE
    )
    if found:
        save_closed(writing.connection, found)
    return [class_happening("closed", close(training_class)) for training_class in found]


def close_left_classes(writing: Writing) -> int:
    """Close classes that the archiving of their courses left open; return how many."""
    happenings = close_classes(writing)
    if happenings:
        writing.tell(happenings)
    return len(happenings)
