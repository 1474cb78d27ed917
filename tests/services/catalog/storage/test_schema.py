"""The migrations and the tables that the code declares say the same; the database holds the rules, too."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from chassis.database import Database
from chassis.migrations import migrate
from chassis.schema_state import schema_check
from deploy.local.databases import ServiceDatabase
from services.catalog.domain.names import name_key
from services.catalog.domain.providers import Provider, ProviderKind
from services.catalog.storage import METADATA
from services.catalog.storage.providers import add_provider
from tests.services.catalog.client import OPERATOR, Catalog, made


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


BEFORE_RULES_JUDGED_CLASSES = (
    "alter table training_class drop column rule_version",
    "drop table rule_copy",
)
BEFORE_NAMES_WERE_HELD = (
    *BEFORE_RULES_JUDGED_CLASSES,
    "drop index provider_suspended",
    "alter table provider drop column suspended",
    "drop index class_by_closing",
    "drop table seats_flip",
    "drop index provider_name_is_held_once",
    "alter table provider drop column name_key",
    "update alembic_version set version_num = '0001'",
)


def test_of_several_that_have_one_name_already_the_approved_or_else_the_first_holds_it(
    provision: Callable[[str], ServiceDatabase],
) -> None:
    place = provision("services.catalog")
    owner = Database(place.owner)
    found = [("applied", "LPK Maju"), ("approved", "lpk  maju"), ("refused", "LPK Tua")]
    found += [("applied", "LPK Baru"), ("applied", "LPK BARU"), ("approved", "LPK MAJU")]
    with owner.writing() as connection:
        for statement in BEFORE_NAMES_WERE_HELD:
            connection.execute(sa.text(statement))
        for number, (status, name) in enumerate(found):
            values = {"id": _provider_id(number), "name": name, "status": status}
            connection.execute(_PROVIDER, values)
        connection.commit()
    migrate("services.catalog", owner_url=place.owner, application_url=place.application)
    with owner.reading() as connection:
        rows = connection.execute(sa.text("select provider_id, name_key from provider")).all()
    owner.dispose()
    held = {str(row.provider_id): row.name_key for row in rows if row.name_key is not None}
    assert held == {_provider_id(1): name_key("LPK Maju"), _provider_id(3): name_key("LPK Baru")}
    catalog = Catalog(Database(place.application))
    path = f"/providers/{_provider_id(4)}/decision"
    taken = catalog.post(path, {"decision": "approved", "reason": "Dua kali"}, OPERATOR)
    assert (taken.status_code, taken.get_json()["code"]) == (409, "provider-name-taken")
    made(catalog.post(path, {"decision": "refused", "reason": "Dua kali"}, OPERATOR))
    catalog.database.dispose()


def test_names_are_held_without_the_signs_around_them_but_for_those_that_only_these_told_apart(
    provision: Callable[[str], ServiceDatabase],
) -> None:
    place = provision("services.catalog")
    owner = Database(place.owner)
    names = ["LPK Maju", "LPK Maju.", "LPK Baru!", "LPK Lama"]
    old = [hashlib.sha256(name.lower().encode()).hexdigest() for name in names]
    with owner.writing() as connection:
        for statement in BEFORE_RULES_JUDGED_CLASSES:
            connection.execute(sa.text(statement))
        connection.execute(sa.text("update alembic_version set version_num = '0004'"))
        for number, name in enumerate(names):
            values = {"id": _provider_id(number), "name": name, "status": "approved"}
            connection.execute(_PROVIDER, values)
            key = sa.text("update provider set name_key = :key where name = :name")
            connection.execute(key, {"key": old[number], "name": name})
        connection.commit()
    migrate("services.catalog", owner_url=place.owner, application_url=place.application)
    with owner.reading() as connection:
        rows = connection.execute(sa.text("select name, name_key from provider")).all()
    owner.dispose()
    held = {row.name: row.name_key for row in rows}
    assert held == {
        "LPK Maju": name_key("LPK Maju"),
        "LPK Maju.": old[1],
        "LPK Baru!": name_key("LPK Baru"),
        "LPK Lama": name_key("LPK Lama"),
    }


_PROVIDER = sa.text(
    "insert into provider (provider_id, name, kind, status, version)"
    " values (:id, :name, 'lpk', :status, 1)"
)


def _provider_id(number: int) -> str:
    return f"01890000-0000-7000-8000-{number:012}"


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


def test_what_else_a_provider_breaks_is_not_taken_for_its_name(catalog: Catalog) -> None:
    provider = Provider(_provider_id(1), "LPK Maju", ProviderKind.LPK, regency=None, email=None)
    again = replace(provider, name="LPK Jaya")
    with catalog.database.writing() as connection:
        add_provider(connection, provider)
        with pytest.raises(sa.exc.IntegrityError):
            add_provider(connection, again)


@pytest.mark.parametrize(
    "statement", ["update journal_entry set kind = 'x'", "delete from journal_entry"]
)
def test_the_journal_cannot_be_rewritten(
    catalog: Catalog, provider_id: str, statement: str
) -> None:
    assert provider_id
    with catalog.database.writing() as connection, pytest.raises(sa.exc.DBAPIError):
        connection.execute(sa.text(statement))
