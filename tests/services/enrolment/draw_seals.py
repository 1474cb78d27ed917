"""What draws keep sealed: opened as the service does, or exchanged behind its back."""

from __future__ import annotations

import sqlalchemy as sa

from tests.services.enrolment.house import House


def secret_of(house: House, wave_id: str) -> bytes:
    """Return the secret of a draw, as the service itself opens it."""
    with house.service.database.reading() as connection:
        return house.service.stores.draws.secret_of(connection, wave_id)


def exchange(house: House, table: sa.Table, column: str, rows: list[str]) -> None:
    """Give each of two rows what the other has sealed."""
    [key] = table.primary_key.columns
    query = sa.select(key, table.c[column]).where(key.in_(rows))
    with house.as_owner() as connection:
        sealed = {row[0]: row[1] for row in connection.execute(query)}
        for one, other in (rows, rows[::-1]):
            values = {column: sealed[other]}
            connection.execute(sa.update(table).where(key == one).values(values))
