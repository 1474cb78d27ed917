"""The migrations and the tables that the code uses say the same."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from chassis.database import Database
from deploy.local.databases import ServiceDatabase
from services.enrolment.storage import METADATA


def test_the_migrated_schema_is_the_one_that_the_code_declares(
    provision: Callable[[str], ServiceDatabase],
) -> None:
    database = Database(provision("services.enrolment").owner)
    try:
        with database.engine.connect() as connection:
            context = MigrationContext.configure(
                connection, opts={"compare_type": True, "compare_server_default": True}
            )
            assert compare_metadata(context, METADATA) == []
    finally:
        database.dispose()


def test_every_constraint_says_what_the_code_declares(
    provision: Callable[[str], ServiceDatabase], empty_database: ServiceDatabase
) -> None:
    migrated = Database(provision("services.enrolment").owner)
    declared = Database(empty_database.owner)
    try:
        METADATA.create_all(declared.engine)
        assert conditions(migrated) == conditions(declared)
    finally:
        migrated.dispose()
        declared.dispose()


def conditions(database: Database) -> set[tuple[str, str | None, str]]:
    """Return what each check and each partial index says, as the database has it."""
    inspector = sa.inspect(database.engine)
    found = set()
    for table in METADATA.tables:
        for check in inspector.get_check_constraints(table):
            found.add((table, check["name"], plain(check["sqltext"])))
        for index in inspector.get_indexes(table):
            condition = index["dialect_options"].get(f"{database.dialect}_where")
            found.add((table, index["name"], plain(condition)))
    return found


def plain(condition: object) -> str:
    return " ".join(str(condition).split())


def test_every_constraint_that_the_code_declares_stands_in_the_database(
    provision: Callable[[str], ServiceDatabase],
) -> None:
    database = Database(provision("services.enrolment").owner)
    try:
        inspector = sa.inspect(database.engine)
        there = {
            (table, check["name"])
            for table in inspector.get_table_names()
            for check in inspector.get_check_constraints(table)
        }
        partial = {
            (table, index["name"])
            for table in inspector.get_table_names()
            for index in inspector.get_indexes(table)
            if index["dialect_options"].get(f"{database.dialect}_where") is not None
        }
    finally:
        database.dispose()
    assert there == {
        (table.name, constraint.name)
        for table in METADATA.sorted_tables
        for constraint in table.constraints
        if isinstance(constraint, sa.CheckConstraint)
    }
    assert partial == {
        (table.name, index.name)
        for table in METADATA.sorted_tables
        for index in table.indexes
        if index.dialect_options[database.dialect]["where"] is not None
    }
