"""Cancel a class."""

from __future__ import annotations

from services.catalog.domain.classes import TrainingClass, cancel
from services.catalog.domain.happenings import class_happening
from services.catalog.storage.classes import save_class
from services.catalog.use_cases.shared.own_things import own_class
from services.catalog.use_cases.shared.writing import Writing


def cancel_class(
    writing: Writing, class_id: str, *, reason: str, provider_id: str | None
) -> TrainingClass:
    """Cancel a class of a provider, or of any where that is None.

    What it means for those enrolled is enrolment's to settle, once it has read of it. Raises `NotFound`, also for
    another provider's class, and `StateConflict` where it has ended or was cancelled before.
    """
    training_class = own_class(writing, class_id, provider_id=provider_id)
    cancelled = cancel(training_class, reason=reason, now=writing.now)
    save_class(writing.connection, cancelled)
    writing.tell([class_happening("cancelled", cancelled)])
    return cancelled
