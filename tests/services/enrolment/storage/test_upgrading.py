"""What the code of an earlier schema wrote is there, and as protected as before, once the schema is the newest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
WAVE, CARD, CLASS, ENROLMENT, PROVIDER, LIST = (new_id() for _ in range(6))
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
    with upgraded_from(empty_database, BEFORE, write_rows) as connection:
        yield connection


@contextmanager
def upgraded_from(
    place: ServiceDatabase, revision: str, write: Callable[[sa.Connection], None]
) -> Iterator[sa.Connection]:
    """Write something into the schema of a revision, and migrate; give a connection as the owner."""
    with opened(place) as connection:
        config = Config()
        folder = Path(enrolment.__path__[0]) / "storage" / "migrations"
        config.set_main_option("script_location", str(folder))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        write(connection)
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


def write_list(connection: sa.Connection) -> None:
    """Write a list that is looked through half, with one on it who was erased."""
    told = {
        "key_digest": "k",
        "people": "student",
        "number": 1,
        "issuer": "-",
        "as_of": "2026-01-01",
    }
    whose = {"reason": "-", "announced_by": "-", "position": 1, "state": "awaited"}
    times = {"announced_at": THEN, "touched_at": THEN}
    looked = {"checked_to": "gone", "checked": 5}
    add(connection, "exclusion_list", list_id=LIST, **told, **whose, **times, **looked)
    for digest in ("gone", "stays"):
        add(connection, "listed_person", list_id=LIST, nik_digest=digest)
    add(connection, "suppressed_person", nik_digest="gone", family_digest="f", key_digest="k")


def test_who_was_erased_before_is_taken_off_lists(empty_database: ServiceDatabase) -> None:
    with upgraded_from(empty_database, "0017", write_list) as connection:
        assert rows(connection, "select nik_digest from listed_person") == [("stays",)]
        assert rows(connection, "select checked_to, checked from exclusion_list") == [("", 0)]
