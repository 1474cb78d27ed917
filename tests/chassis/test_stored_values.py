"""Instants, identifiers, many rows or keys in one parameter: alike on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.database import Database
from chassis.identifiers import new_id
from chassis.recordset import rows_parameter
from tests.chassis.things import THING, add_thing

EARLY = datetime(2026, 3, 1, 7, 30, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "instant",
    [EARLY, EARLY.astimezone(timezone(timedelta(hours=9))), datetime(1, 1, 2, tzinfo=UTC)],
)
def test_an_instant_comes_back_in_utc_to_the_microsecond(
    database: Database, instant: datetime
) -> None:
    thing_id = add_thing(database, at=instant)
    with database.reading() as connection:
        at = connection.execute(sa.select(THING.c.at).where(THING.c.id == thing_id)).scalar_one()
    assert at == instant
    assert at.utcoffset() == timedelta(0)


def test_instants_sort_and_compare_as_time_does(database: Database) -> None:
    name = new_id()
    tokyo = timezone(timedelta(hours=9))
    instants = [EARLY + timedelta(microseconds=n * 999_999) for n in range(5)]
    for instant in reversed(instants):
        add_thing(database, at=instant.astimezone(tokyo), name=name)
    later = sa.select(THING.c.at).where(THING.c.name == name, THING.c.at > instants[1])
    with database.reading() as connection:
        assert connection.execute(later.order_by(THING.c.at)).scalars().all() == instants[2:]


def test_an_identifier_is_text_in_python(database: Database) -> None:
    thing_id = add_thing(database)
    with database.reading() as connection:
        found = connection.execute(sa.select(THING.c.id).where(THING.c.id == thing_id)).scalar()
    assert found == thing_id
    assert isinstance(found, str)


def test_a_recordset_is_as_many_rows_as_were_given_in_one_parameter(database: Database) -> None:
    columns = {name: THING.c[name].type for name in ("id", "at", "name", "number")}
    given = database.recordset(columns)
    rows: list[dict[str, Any]] = [
        {"id": new_id(), "at": EARLY, "name": 'Ubah "x"\\ 🎓\n', "number": 2**53 - 1},
        {"id": new_id(), "at": None, "name": None, "number": -1},
    ]
    with database.writing() as connection:
        connection.execute(
            sa.insert(THING).from_select(list(columns), sa.select(*[given.c[c] for c in columns])),
            {"rows": rows_parameter(rows)},
        )
        ids = [row["id"] for row in rows]
        found = connection.execute(
            sa.select(*[THING.c[c] for c in columns])
            .where(THING.c.id.in_(ids))
            .order_by(THING.c.number.desc())
        )
        assert [dict(row._mapping) for row in found] == rows
        nothing = connection.execute(sa.select(given.c.id), {"rows": rows_parameter([])})
        assert nothing.all() == []


def test_a_recordset_takes_no_value_that_json_does_not_have() -> None:
    with pytest.raises(TypeError, match="bytes"):
        rows_parameter([{"name": b"x"}])


def test_keys_in_one_parameter_find_their_rows(database: Database) -> None:
    found, missing = [add_thing(database) for _ in range(3)], new_id()
    select = sa.select(THING.c.id).where(database.is_among(THING.c.id)).order_by(THING.c.id)
    with database.reading() as connection:
        for asked, expected in [([*found, missing, found[0]], sorted(found)), ([], [])]:
            answered = connection.execute(select, {"keys": database.keys(asked)}).scalars()
            assert list(answered) == expected
