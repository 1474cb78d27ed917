"""Note that a restored catalogue no longer knows classes: they take nobody else, and who is in them stays."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from chassis.journal import Entry
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.seats.training_class import CANCELLED, UNLISTED, TrainingClass
from services.enrolment.storage.stores import Stores
from vocabulary.roles import SYSTEM

ACTOR = "command-line"
_REASON = "The catalogue was followed again from its beginning and does not tell of this class."


def unlist_classes(
    connection: sa.Connection, class_ids: Sequence[str], *, request_id: str, stores: Stores
) -> int:
    """Let classes take no more enrolments, with an entry for each; return how many.

    Seats, money, redeem codes and the right to cancel stay as they are. A class that was called off stays so: those in
    it are still to get everything back.
    """
    locked = stores.classes.lock(connection, class_ids)
    unlisted = [c for _, c in sorted(locked.items()) if c.status not in (CANCELLED, UNLISTED)]
    if unlisted:
        stores.classes.save_unlisted(connection, unlisted)
        entries = [_entry(training_class, request_id) for training_class in unlisted]
        stores.journal.append(connection, entries, now=stores.database.now(connection))
    return len(unlisted)


def _entry(training_class: TrainingClass, request_id: str) -> Entry:
    return Entry(
        kind=EntryKind.CLASS_UNLISTED,
        actor=ACTOR,
        role=SYSTEM,
        request_id=request_id,
        subjects={
            "class_id": training_class.class_id,
            "provider_id": training_class.provider_id,
        },
        body={
            "course_title": training_class.course_title,
            "status_before": training_class.status,
            "held": training_class.held,
            "reason": _REASON,
        },
    )
