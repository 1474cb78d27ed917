"""A process in production refuses to run as a role that could rewrite the journal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from chassis.database import Database
from chassis.database_rights import refuse_excess_rights
from chassis.settings import SettingsError
from deploy.local.databases import ServiceDatabase
from services.accounts.storage import METADATA


@pytest.fixture
def migrated(provision: Callable[[str], ServiceDatabase]) -> ServiceDatabase:
    return provision("services.accounts")


@contextmanager
def connected(url: str) -> Iterator[Database]:
    database = Database(url, pool_size=1)
    try:
        yield database
    finally:
        database.dispose()


def test_the_applications_own_role_is_accepted(migrated: ServiceDatabase) -> None:
    with connected(migrated.application) as database:
        refuse_excess_rights(database, METADATA)


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_the_owner_of_the_tables_is_refused(migrated: ServiceDatabase) -> None:
    with (
        connected(migrated.owner) as database,
        pytest.raises(SettingsError, match="journal_entry, journal_head"),
    ):
        refuse_excess_rights(database, METADATA)


@pytest.mark.parametrize("dialect", ["postgresql"])
@pytest.mark.parametrize(
    ("right", "table"),
    [
        ("update", "journal_entry"),
        ("update (actor)", "journal_entry"),
        ("delete", "journal_entry"),
        ("truncate", "journal_entry"),
        ("delete", "journal_head"),
    ],
)
def test_one_right_too_many_is_refused_by_the_tables_name(
    migrated: ServiceDatabase, right: str, table: str
) -> None:
    role = sa.make_url(migrated.application).username
    with connected(migrated.owner) as owner, owner.writing() as connection:
        connection.execute(sa.text(f"grant {right} on {table} to {role}"))
        connection.commit()
    with (
        connected(migrated.application) as database,
        pytest.raises(SettingsError, match=f"could rewrite {table};"),
    ):
        refuse_excess_rights(database, METADATA)
