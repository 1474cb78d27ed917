"""Write down by when who has to act, where that is not written: of what the last release wrote, of classes that moved.

Nothing has to be remembered between two of these transactions. What is left to do is what the table says.
"""

from __future__ import annotations

import sqlalchemy as sa

from services.enrolment.domain.learning.due import result_due_at
from services.enrolment.storage.stores import Stores

NOTED_AT_ONCE = 500


def note_due_times(connection: sa.Connection, *, stores: Stores) -> int:
    """Note the times of some running enrolments; return how many.

    Their classes are locked: none moves to other days in between.
    """
    found = stores.due_times.missing(connection, limit=NOTED_AT_ONCE)
    of_class: dict[str, list[str]] = {}
    for enrolment in found:
        of_class.setdefault(enrolment.class_id, []).append(enrolment.enrolment_id)
    classes = stores.classes.lock(connection, list(of_class)) if of_class else {}
    now = stores.database.now(connection)
    rules = stores.rules.at(connection, now)
    for class_id, training_class in classes.items():
        stores.due_times.note(
            connection,
            of_class[class_id],
            starts_at=training_class.starts_at,
            due_at=result_due_at(training_class, rules),
        )
    return len(found)
