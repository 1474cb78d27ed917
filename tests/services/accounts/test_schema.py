"""The migrations and the tables that the code uses say the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from chassis.database import Database
from deploy.local.databases import ServiceDatabase
from services.accounts.storage import METADATA


def test_the_migrated_schema_is_the_one_that_the_code_declares(
    provision: Callable[[str], ServiceDatabase],
) -> None:
    database = Database(provision("services.accounts").owner)
    try:
        with database.engine.connect() as connection:
            context = MigrationContext.configure(
                connection, opts={"compare_type": True, "compare_server_default": True}
            )
            differences = compare_metadata(context, METADATA)
    finally:
        database.dispose()
    assert differences == []


@pytest.mark.parametrize(
    "statement",
    [
        "update journal_entry set actor = 'somebody else'",
        "delete from journal_entry",
        "delete from journal_head",
        "update journal_head set size = -1",
        "update journal_head set epoch = '00000000-0000-4000-8000-000000000000'",
    ],
)
def test_not_even_the_owner_rewrites_the_journal(
    provision: Callable[[str], ServiceDatabase], statement: str
) -> None:
    database = Database(provision("services.accounts").owner)
    try:
        with database.writing() as connection:
            connection.execute(
                sa.text(
                    "insert into journal_entry (position, recorded_at, kind, actor, role, request_id, body)"
                    " values (1, '2026-01-01T00:00:00.000000Z', 'x', 'x', 'x', 'x', '{}')"
                )
            )
            with pytest.raises(sa.exc.DBAPIError, match="journal"):
                connection.execute(sa.text(statement))
    finally:
        database.dispose()
