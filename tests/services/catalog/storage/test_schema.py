"""The migrations and the tables that the code declares say the same; the database holds the rules, too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from chassis.database import Database
from chassis.migrations import migrate, schema_check
from deploy.local.databases import ServiceDatabase
from services.catalog.storage import METADATA
from tests.services.catalog.client import Catalog


def test_the_migrated_schema_is_the_one_that_the_code_declares(
    provision: Callable[[str], ServiceDatabase],
) -> None:
    database = Database(provision("services.catalog").owner)
    with database.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), METADATA)
    database.dispose()
    assert differences == []


def test_the_migrated_constraints_are_the_declared_ones(
    provision: Callable[[str], ServiceDatabase], empty_database: ServiceDatabase
) -> None:
    migrated, declared = (
        Database(provision("services.catalog").owner),
        Database(empty_database.owner),
    )
    with declared.writing() as connection:
        METADATA.create_all(connection)
        connection.commit()
    assert _checks(migrated) == _checks(declared)
    migrated.dispose()
    declared.dispose()


def _checks(database: Database) -> dict[str, str]:
    inspector = sa.inspect(database.engine)
    return {
        f"{table}: {check['name']}": check["sqltext"]
        for table in inspector.get_table_names()
        for check in inspector.get_check_constraints(table)
    }


def test_a_database_is_current_only_once_it_is_migrated(empty_database: ServiceDatabase) -> None:
    database = Database(empty_database.owner)
    is_current = schema_check("services.catalog", database)
    assert not is_current()
    migrate("services.catalog", owner_url=empty_database.owner)
    assert is_current()
    migrate("services.catalog", owner_url=empty_database.owner)
    assert is_current()
    database.dispose()


SPOILINGS: list[dict[str, Any]] = [
    {"seats": 0},
    {"seats": 10_001},
    {"price": -1},
    {"status": "perhaps"},
    {"link": "https://kelas.example/x"},
    {"venue": None},
    {"registration_closes": sa.text("registration_opens")},
    {"registration_closes": sa.text("ends_at")},
    {"ends_at": sa.text("starts_at")},
]


def test_the_database_refuses_a_class_that_breaks_a_rule(
    catalog: Catalog, provider_id: str
) -> None:
    catalog.training_class(provider_id, catalog.course(provider_id))
    for spoiling in SPOILINGS:
        with (
            catalog.database.writing() as connection,
            pytest.raises(sa.exc.IntegrityError),
        ):
            connection.execute(sa.update(METADATA.tables["training_class"]).values(**spoiling))


@pytest.mark.parametrize(
    "statement", ["update journal_entry set kind = 'x'", "delete from journal_entry"]
)
def test_the_journal_cannot_be_rewritten(
    catalog: Catalog, provider_id: str, statement: str
) -> None:
    assert provider_id
    with catalog.database.writing() as connection, pytest.raises(sa.exc.DBAPIError):
        connection.execute(sa.text(statement))
