"""What the code of an earlier schema wrote is there, and as protected as before, once the schema is the newest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from chassis.database import Database
from chassis.identifiers import new_id
from chassis.migrations import migrate
from deploy.local.databases import ServiceDatabase
from services import enrolment

BEFORE = "0011"
"""The schema before draws, lists, evidence, incentives and erasures."""

THEN = "2026-03-01T02:00:00.000000Z"
WAVE, CARD, CLASS, ENROLMENT, PROVIDER = (new_id() for _ in range(5))
MOVED = (
    ("award", "state", "card"),
    ("enrolment", "card", "set_aside"),
    ("cancellation", "set_aside", "card"),
    ("correction", "card", "state"),
    ("revocation", "card", "state"),
)


@pytest.fixture
def upgraded(empty_database: ServiceDatabase) -> Iterator[sa.Connection]:
    """A database in which something was written before, migrated since; connected as its owner."""
    place = empty_database
    with opened(place) as connection:
        config = Config()
        folder = Path(enrolment.__path__[0]) / "storage" / "migrations"
        config.set_main_option("script_location", str(folder))
        config.attributes["connection"] = connection
        command.upgrade(config, BEFORE)
        write_rows(connection)
    migrate("services.enrolment", owner_url=place.owner, application_url=place.application)
    with opened(place) as connection:
        yield connection


@contextmanager
def opened(place: ServiceDatabase) -> Iterator[sa.Connection]:
    database = Database(place.owner, pool_size=1)
    try:
        with database.engine.connect() as plain:
            connection = plain.execution_options(writing=True)
            with connection.begin():
                yield connection
    finally:
        database.dispose()


def write_rows(connection: sa.Connection) -> None:
    """Write what the tables of that time could hold."""
    add(connection, "wave", wave_id=WAVE, name="Gelombang 1", opens_at=THEN, closes_at="2026-04-01")
    state = {"scheme": "digital", "state": "revoked", "balance": 0, "region": "32.73"}
    dated = {"awarded_at": THEN, "rule_version": "2023-01"}
    add(connection, "card", card_ref=CARD, wave_id=WAVE, **state, **dated)
    times = ("registration_opens", "registration_closes", "starts_at", "ends_at")
    told = {"course_title": "Barista", "mode": "offline", "status": "published", "meetings": "[]"}
    seats = {"price": 1, "declared_seats": 9, "effective_seats": 9, "zone": "Asia/Jakarta"}
    ids = {"course_id": new_id(), "provider_id": PROVIDER}
    add(
        connection,
        "training_class",
        class_id=CLASS,
        **ids,
        **told,
        **seats,
        **dict.fromkeys(times, THEN),
    )
    taken = {"state": "cancelled", "price": 1, "enrolled_at": THEN, "card_state_before": "awarded"}
    mine = {"enrolment_id": ENROLMENT, "class_id": CLASS, "provider_id": PROVIDER}
    add(connection, "enrolment", card_ref=CARD, **mine, **taken, rule_version="2023-01")
    for cause, source, target in MOVED:
        whose = mine if "set_aside" in (source, target) else {}
        ends = {"cause": cause, "source": source, "target": target}
        add(
            connection,
            "movement",
            movement_id=new_id(),
            amount=1,
            card_ref=CARD,
            moved_at=THEN,
            **ends,
            **whose,
        )


def add(connection: sa.Connection, table: str, **values: Any) -> None:
    columns, given = ", ".join(values), ", ".join(f":{name}" for name in values)
    connection.execute(sa.text(f"insert into {table} ({columns}) values ({given})"), values)  # noqa: S608


def rows(connection: sa.Connection, query: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in connection.execute(sa.text(query))]


def test_what_was_written_before_is_still_there(upgraded: sa.Connection) -> None:
    moved = rows(upgraded, "select cause, source, target from movement order by movement_id")
    assert moved == [*MOVED]
    assert rows(upgraded, "select assisted, consent from enrolment") == [(False, False)]
    assert rows(upgraded, "select count(*) from incentive") == [(0,)]


def test_what_moved_before_can_still_not_be_changed(upgraded: sa.Connection) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        upgraded.execute(sa.text("update movement set amount = 2"))


def test_an_enrolment_of_before_can_still_be_changed(upgraded: sa.Connection) -> None:
    changed = upgraded.execute(sa.text("update enrolment set reviewed = reviewed"))
    assert changed.rowcount == 1
