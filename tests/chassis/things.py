"""A table of things, for what every service's tables are made of."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from chassis.column_types import Identifier, Instant
from chassis.database import Database
from chassis.identifiers import new_id

THINGS = sa.MetaData()
THING = sa.Table(
    "thing",
    THINGS,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("at", Instant),
    sa.Column("name", sa.Text),
    sa.Column("number", sa.BigInteger, nullable=False, server_default="0"),
)


def add_thing(database: Database, **values: Any) -> str:
    thing_id: str = values.setdefault("id", new_id())
    with database.writing() as connection:
        connection.execute(sa.insert(THING).values(**values))
        connection.commit()
    return thing_id


def number_of(connection: sa.Connection, thing_id: str) -> int:
    number: int = connection.execute(
        sa.select(THING.c.number).where(THING.c.id == thing_id)
    ).scalar_one()
    return number


def set_number(connection: sa.Connection, thing_id: str, number: int) -> None:
    connection.execute(sa.update(THING).where(THING.c.id == thing_id).values(number=number))
