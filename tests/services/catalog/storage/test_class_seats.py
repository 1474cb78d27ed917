"""What is kept of the seats that enrolment tells of."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.database import Database
from services.catalog.storage.class_seats import ClassSeats, SeatsHeld
from services.catalog.storage.tables import CLASS_SEATS

FIRST = "01890000-0000-7000-8000-000000000001"
SECOND = "01890000-0000-7000-8000-000000000002"


def test_the_latest_word_stands_in_whatever_order_it_arrives(database: Database) -> None:
    seats = ClassSeats(database)
    with database.writing() as connection:
        seats.put(connection, [SeatsHeld(FIRST, 4, 5), SeatsHeld(SECOND, 1, 6)])
        seats.put(connection, [SeatsHeld(FIRST, 3, 4), SeatsHeld(SECOND, 2, 7)])
        seats.put(connection, [])
        connection.commit()
    with database.reading() as connection:
        rows = connection.execute(sa.select(CLASS_SEATS).order_by(CLASS_SEATS.c.class_id)).all()
    assert [tuple(row) for row in rows] == [(FIRST, 4, 5), (SECOND, 2, 7)]
