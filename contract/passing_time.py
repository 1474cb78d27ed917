"""Time that passes for a class in the journey: fifteen hours of meetings, which nobody waits for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from chassis.database import Database
from services.enrolment.domain.seats.training_class import Meeting
from services.enrolment.storage.classes import ClassCopy, ClassStore, write_meetings


def end_class(address: str, class_id: str, *, ended: datetime) -> None:
    """Move enrolment's copy of a class to where its last meeting ends at an instant.

    `address` is that of enrolment's database, as its owner.
    """
    database = Database(address, pool_size=1)
    classes = ClassStore(database)
    with database.writing() as connection:
        training_class = classes.find_all(connection, [class_id])[class_id]
        earlier = training_class.ends_at - ended
        values = {
            "declared_seats": training_class.declared_seats,
            "zone": training_class.zone,
            "registration_closes": training_class.registration_closes - earlier,
            "starts_at": training_class.starts_at - earlier,
            "ends_at": ended,
            "meetings": write_meetings(_moved(training_class.meetings, earlier)),
        }
        classes.put(connection, [ClassCopy(class_id, values)])
        connection.commit()
    database.engine.dispose()


def _moved(meetings: Sequence[Meeting], earlier: timedelta) -> list[Meeting]:
    return [Meeting(each.starts_at - earlier, each.ends_at - earlier) for each in meetings]
