"""Migrations bring a schema up to date, all or nothing, and leave the application exactly the rights it needs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from structlog.testing import capture_logs

from chassis import migrations
from chassis.database import Database
from chassis.migrations import main, migrate
from chassis.schema_state import refuse_unmigrated, revisions, schema_check
from chassis.settings import SettingsError
from deploy.local.databases import ServiceDatabase
from services.accounts.storage import METADATA as ACCOUNTS
from tests.databases import DatabaseMaker

SERVICES = ["services.accounts", "services.catalog", "services.enrolment"]
EVERY_RIGHT = ("select", "insert", "update", "delete", "truncate", "references", "trigger")


@contextmanager
def opened(url: str) -> Iterator[Database]:
    database = Database(url, pool_size=2)
    try:
        yield database
    finally:
        database.dispose()


def tables_of(place: ServiceDatabase) -> set[str]:
    with opened(place.owner) as database, database.reading() as connection:
        return set(sa.inspect(connection).get_table_names())


@pytest.mark.parametrize("package", SERVICES)
def test_the_application_has_exactly_the_rights_that_each_table_declares(
    package: str, database_maker: DatabaseMaker
) -> None:
    place = database_maker.migrated("postgresql", package)
    metadata: sa.MetaData = import_module(f"{package}.storage").METADATA
    expected = {name: rights_of(table) for name, table in metadata.tables.items()}
    expected["alembic_version"] = {"select"}
    with opened(place.application) as database, database.reading() as connection:
        held = {
            table: {right for right in EVERY_RIGHT if has_right(connection, table, right)}
            for table in sa.inspect(connection).get_table_names()
        }
        columns = {
            column.name
            for column in metadata.tables["journal_head"].c
            if has_column_right(connection, "journal_head", column.name)
        }
    assert held == expected
    assert columns == {"size", "recorded_at"}


def rights_of(table: sa.Table) -> set[str]:
    if table.info.get("append_only"):
        return {"select", "insert"}
    if "update_only" in table.info:
        return {"select"}
    return {"select", "insert", "update", "delete"}


def has_right(connection: sa.Connection, table: str, right: str) -> bool:
    return bool(connection.execute(sa.select(sa.func.has_table_privilege(table, right))).scalar())


def has_column_right(connection: sa.Connection, table: str, column: str) -> bool:
    question = sa.func.has_column_privilege(table, column, "update")
    return bool(connection.execute(sa.select(question)).scalar())


def test_append_only_are_the_journals_movements_and_their_sums_and_what_people_proved_and_answered() -> (
    None
):
    protected = {
        (package, name)
        for package in SERVICES
        for name, table in import_module(f"{package}.storage").METADATA.tables.items()
        if table.info.get("append_only")
    }
    journals = {(package, "journal_entry") for package in SERVICES}
    of_enrolment = {"movement", "evidence", "training_result", "survey", "account_day"}
    assert protected == journals | {("services.enrolment", name) for name in of_enrolment}


def test_migrating_again_changes_nothing(empty_database: ServiceDatabase) -> None:
    for _ in range(2):
        migrate(
            "services.accounts",
            owner_url=empty_database.owner,
            application_url=empty_database.application,
        )
    assert tables_of(empty_database) == {*ACCOUNTS.tables, "alembic_version"}
    with opened(empty_database.owner) as database, database.reading() as connection:
        heads = connection.execute(sa.text("select count(*) from journal_head")).scalar()
    assert heads == 1


def test_a_migration_that_fails_leaves_nothing_behind(
    empty_database: ServiceDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the last step fails")

    monkeypatch.setattr(migrations, "grant", fail)
    with pytest.raises(RuntimeError, match="last step"):
        migrate(
            "services.accounts",
            owner_url=empty_database.owner,
            application_url=empty_database.application,
        )
    assert tables_of(empty_database) == set()


def test_several_migrators_at_once_are_as_good_as_one(empty_database: ServiceDatabase) -> None:
    def run(_: int) -> None:
        migrate(
            "services.accounts",
            owner_url=empty_database.owner,
            application_url=empty_database.application,
        )

    with ThreadPoolExecutor(3) as executor:
        list(executor.map(run, range(3)))
    assert tables_of(empty_database) == {*ACCOUNTS.tables, "alembic_version"}


def test_a_schema_is_current_once_migrated_and_under_a_later_release_but_not_before(
    empty_database: ServiceDatabase,
) -> None:
    place = empty_database
    with opened(place.application) as database:
        is_current = schema_check("services.accounts", database)
        with capture_logs() as lines:
            assert not is_current()
        assert [line["remedy"] for line in lines if line["event"] == "schema-behind"] == [
            "run: python -m chassis.migrations services.accounts"
        ]
        migrate("services.accounts", owner_url=place.owner, application_url=place.application)
        assert is_current()
        with opened(place.owner) as owner, owner.writing() as connection:
            connection.execute(sa.text("update alembic_version set version_num = '9999'"))
            connection.commit()
        assert is_current()


@pytest.mark.parametrize("package", SERVICES)
def test_a_schema_that_was_migrated_lacks_nothing(
    package: str, provision: Callable[[str], ServiceDatabase]
) -> None:
    with opened(provision(package).application) as database:
        refuse_unmigrated(package, database, import_module(f"{package}.storage").METADATA)


def test_where_the_revision_is_this_codes_and_something_is_missing_nobody_is_told_to_migrate(
    provision: Callable[[str], ServiceDatabase],
) -> None:
    place = provision("services.accounts")
    with opened(place.owner) as owner, owner.writing() as connection:
        connection.execute(sa.text("alter table message rename column kind to sort"))
        connection.execute(sa.text("alter table follower_state rename to somebody_elses"))
        connection.commit()
    with opened(place.application) as database:
        with capture_logs() as lines, pytest.raises(SettingsError) as refused:
            refuse_unmigrated("services.accounts", database, ACCOUNTS)
        assert lines == []
        assert schema_check("services.accounts", database)(), "by its number it is current"
    said = str(refused.value)
    assert "message.kind" in said
    assert "follower_state.position" in said
    assert "message.message_id" not in said
    assert "Migrating changes nothing" in said
    assert "chassis.migrations" not in said


def test_where_the_schema_is_behind_what_is_missing_is_a_matter_of_migrating(
    provision: Callable[[str], ServiceDatabase],
) -> None:
    place = provision("services.accounts")
    before = revisions("services.accounts")[-2]
    with opened(place.owner) as owner, owner.writing() as connection:
        connection.execute(sa.text("alter table message rename column kind to sort"))
        behind = sa.text("update alembic_version set version_num = :before")
        connection.execute(behind, {"before": before})
        connection.commit()
    with opened(place.application) as database, capture_logs() as lines:
        refuse_unmigrated("services.accounts", database, ACCOUNTS)
    assert [line["event"] for line in lines] == ["schema-behind"]


def test_the_command_migrates_as_the_owner_and_grants_the_application(
    empty_database: ServiceDatabase,
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "chassis.migrations", "services.accounts"],
        env={
            **os.environ,
            "DATABASE_URL": empty_database.application,
            "MIGRATION_DATABASE_URL": empty_database.owner,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    with opened(empty_database.application) as database:
        assert schema_check("services.accounts", database)()


def test_the_command_says_which_setting_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert main(["services.accounts"]) == 2
    assert "DATABASE_URL is not set" in capsys.readouterr().err


@pytest.mark.parametrize("dialect", ["postgresql"])
@pytest.mark.parametrize("is_named", [False, True])
def test_a_role_that_may_not_migrate_is_told_which_setting_names_the_owner(
    empty_database: ServiceDatabase,
    is_named: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_database.application)
    monkeypatch.delenv("MIGRATION_DATABASE_URL", raising=False)
    if is_named:
        monkeypatch.setenv("MIGRATION_DATABASE_URL", empty_database.application)
    assert main(["services.accounts"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("migrations: permission denied for schema public")
    assert said.count("\n") == 1
    remedy = "name the owner of the schema in MIGRATION_DATABASE_URL\n"
    assert said.endswith(remedy) is not is_named


def test_where_owner_and_application_are_one_role_it_keeps_its_rights(
    provision: Callable[[str], ServiceDatabase],
) -> None:
    place = provision("services.accounts")
    migrate("services.accounts", owner_url=place.owner, application_url=place.owner)
    with opened(place.owner) as database, database.writing() as connection:
        connection.execute(sa.text("delete from client"))


@pytest.mark.parametrize("package", SERVICES)
def test_the_names_of_the_files_are_the_revisions_that_the_library_migrates_by(
    package: str,
) -> None:
    folder = Path(import_module(f"{package}.storage").__path__[0]) / "migrations"
    script = ScriptDirectory(folder)
    oldest_first = reversed([each.revision for each in script.walk_revisions()])
    assert revisions(package) == list(oldest_first)
    assert revisions(package)[-1] == script.get_current_head()
