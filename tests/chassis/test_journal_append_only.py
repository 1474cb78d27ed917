"""What stands in a journal stays: by trigger whoever tries, and on PostgreSQL by the application's rights as well."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from chassis.database import Database
from deploy.local.databases import ServiceDatabase
from tests.chassis.seats import open_seats
from tests.databases import DatabaseMaker

HEAD = "'00000000-0000-4000-8000-000000000000', 0, '1971-01-01T00:00:00.000000Z'"
REWRITES = [
    "update journal_entry set actor = 'somebody else'",
    "update journal_entry set body = body where position = 1",
    "delete from journal_entry where position = 1",
    "update movement set amount = amount + 1",
    "delete from movement",
    "delete from journal_head",
    "update journal_head set epoch = '00000000-0000-4000-8000-000000000000'",
    f"insert into journal_head values (2, {HEAD})",  # noqa: S608
]
WITHIN_RIGHTS = [
    "update journal_head set size = size - 1",
    "update journal_head set recorded_at = '1971-01-01T00:00:00.000000Z'",
    "insert into journal_entry select * from journal_entry where position = 1",
    "insert into movement select * from movement",
]
"""What the application has the rights for, since it adds and lets the head grow; but not so."""

ON_SQLITE = [
    "insert or replace into journal_entry select * from journal_entry where position = 1",
    "replace into movement select * from movement",
    "update or replace journal_entry set position = 1 where position = 2",
    f"replace into journal_head values (1, {HEAD})",  # noqa: S608
    "insert into journal_entry select * from journal_entry where true"
    " on conflict (position) do update set actor = 'somebody else'",
]
ON_POSTGRESQL = [
    "truncate journal_entry",
    "truncate movement cascade",
    "truncate journal_head",
    "insert into journal_entry select * from journal_entry"
    " on conflict (position) do update set actor = 'somebody else'",
]
BEYOND_RIGHTS = [
    "drop table journal_entry",
    "alter table journal_entry disable trigger all",
    "alter table journal_entry add column more text",
    "create trigger mine before insert on journal_entry execute function refuse_change()",
    "drop trigger journal_entry_append_only on journal_entry",
    "create table mine (id int)",
    "update journal_head set id = 1",
    "update alembic_version set version_num = '0000'",
    "set session_replication_role = 'replica'",
]
BY_TRIGGER_OR_KEY = re.compile("append-only|only grows|UNIQUE|23001|23505|23514")
PERMISSION_DENIED = "42501"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, database_maker: DatabaseMaker) -> ServiceDatabase:
    """Enrolment's database with two cards awarded: two movements, three entries."""
    made = database_maker.migrated(request.param, "services.enrolment")
    house = open_seats(made)
    house.new_cards(2)
    house.database.dispose()
    return made


@pytest.fixture
def owner(place: ServiceDatabase) -> Iterator[Database]:
    database = Database(place.owner, pool_size=1)
    yield database
    database.dispose()


@pytest.fixture
def application(place: ServiceDatabase) -> Iterator[Database]:
    database = Database(place.application, pool_size=1)
    yield database
    database.dispose()


def refusal(database: Database, statement: str) -> str:
    """Try a statement and return how it was refused: SQLite's message or PostgreSQL's state."""
    with database.writing() as connection:
        with pytest.raises(sa.exc.DBAPIError) as refused:
            connection.execute(sa.text(statement))
        connection.rollback()
    return str(getattr(refused.value.orig, "sqlstate", None) or refused.value.orig)


def test_not_even_the_owner_can_rewrite_what_is_recorded(owner: Database) -> None:
    more = ON_SQLITE if owner.dialect == "sqlite" else ON_POSTGRESQL
    for statement in REWRITES + WITHIN_RIGHTS + more:
        assert BY_TRIGGER_OR_KEY.search(refusal(owner, statement)), statement


def test_on_postgresql_the_application_lacks_even_the_right_to_try(
    application: Database,
) -> None:
    if application.dialect == "sqlite":  # one file, one role: the triggers are all there is
        assert BY_TRIGGER_OR_KEY.search(refusal(application, REWRITES[0]))
        return
    for statement in REWRITES + ON_POSTGRESQL + BEYOND_RIGHTS:
        assert refusal(application, statement) == PERMISSION_DENIED, statement
    for statement in WITHIN_RIGHTS:
        assert BY_TRIGGER_OR_KEY.search(refusal(application, statement)), statement


def test_the_head_of_a_journal_can_grow(application: Database) -> None:
    with application.writing() as connection:
        connection.execute(sa.text("update journal_head set size = size + 1"))
