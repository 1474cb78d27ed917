"""Days pass: every instant that something is still judged by moves back, since no test waits."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from chassis.clock import read_instant, write_instant
from chassis.column_types import Instant
from services.enrolment.storage.tables.exclusions import EXCLUSION_CASE
from services.enrolment.storage.tables.money import CORRECTION, SURVEY
from services.enrolment.storage.tables.programme import ADMISSION, CARD, WAVE
from services.enrolment.storage.tables.seats import ENROLMENT, PLACE, TRAINING_CLASS
from tests.services.enrolment.house import DAY, House

AGES = (
    (WAVE, ("wave_id",), ("opens_at", "closes_at")),
    (ADMISSION, ("wave_id",), ("admitted_at",)),
    (CARD, ("card_ref",), ("deadline", "barred_at")),
    (TRAINING_CLASS, ("class_id",), ()),
    (ENROLMENT, ("card_ref",), ()),
    (PLACE, ("card_ref",), ()),
    (CORRECTION, ("card_ref",), ("proposed_at", "expires_at")),
    (SURVEY, ("card_ref",), ()),
    (EXCLUSION_CASE, ("card_ref",), ()),
)
"""The tables, by what their rows are chosen, and the instants in them that move; where none is named, all do.

When a card was awarded stays: an erasure looks by it for what was answered then, and that is not aged.
"""


def let_surveys_age(house: House) -> None:
    """Let the owner change when a survey was handed in, which nobody else can, nor the owner without this."""
    with house.as_owner() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(sa.text("drop trigger survey_no_update"))
        else:
            connection.execute(sa.text("alter table survey disable trigger user"))


def let_days_pass(house: House, days: int, *, of: Collection[str]) -> None:
    """Let everything that has one of these ids be so many days older."""
    with house.as_owner() as connection:
        for table, (key,), names in AGES:
            _age(connection, table, table.c[key].in_(of), names, by=days * DAY)


def _age(
    connection: sa.Connection,
    table: sa.Table,
    chosen: sa.ColumnElement[bool],
    names: Collection[str],
    *,
    by: timedelta,
) -> None:
    instants = [c.name for c in table.c if isinstance(c.type, Instant)]
    moved = [name for name in instants if not names or name in names]
    keys = [column.name for column in table.primary_key]
    for row in connection.execute(sa.select(table).where(chosen)).mappings().all():
        values: dict[str, Any] = {name: row[name] - by for name in moved if row[name] is not None}
        if "meetings" in row:
            values["meetings"] = _earlier(row["meetings"], by)
        same = sa.and_(*(table.c[name] == row[name] for name in keys))
        if values:
            connection.execute(sa.update(table).where(same).values(values))


def _earlier(meetings: str, by: timedelta) -> str:
    return json.dumps(
        [
            [write_instant(read_instant(instant) - by) for instant in meeting]
            for meeting in json.loads(meetings)
        ]
    )
