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
