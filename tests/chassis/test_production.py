"""What a process refuses to start with, unless it runs on a developer's machine."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from chassis.database import Database
from chassis.database_rights import refuse_excess_rights
from chassis.durability import refuse_lossy
from chassis.service_settings import own_credential, service_settings
from chassis.settings import Environment, SettingsError
from deploy.local.databases import ServiceDatabase, connected
from services.accounts.storage import METADATA

GOOD_PASSWORD = "vH3-kq9_Zt61"
SAFE = {
    "DATABASE_URL": f"postgresql+psycopg://catalog_app:{GOOD_PASSWORD}@db/catalog",
    "TOKEN_ISSUER": "https://balai.example",
}


@contextmanager
def opened(url: str) -> Iterator[Database]:
    database = Database(url, pool_size=1)
    try:
        yield database
    finally:
        database.dispose()


@pytest.fixture
def places(provision: Callable[[str], ServiceDatabase]) -> ServiceDatabase:
    return provision("services.accounts")


@pytest.mark.parametrize("environment", [{}, {"ENVIRONMENT": "production"}])
@pytest.mark.parametrize(
    "debugging",
    [{"FLASK_DEBUG": "1"}, {"FLASK_DEBUG": "true"}, {"PYTHONDEVMODE": "1"}, {"LOG_LEVEL": "DEBUG"}],
    ids=str,
)
def test_nothing_is_debugged_in_production(
    environment: dict[str, str], debugging: dict[str, str]
) -> None:
    [name] = debugging
    with pytest.raises(SettingsError, match=name):
        Environment({**environment, **debugging})
    Environment({**debugging, "ENVIRONMENT": "development"})


@pytest.mark.parametrize("value", ["0", "false", "no", ""])
def test_a_switch_that_is_off_is_no_debugging(value: str) -> None:
    assert Environment({"FLASK_DEBUG": value}).is_production


def test_a_word_that_names_no_environment_is_refused() -> None:
    with pytest.raises(SettingsError, match="ENVIRONMENT must be one of"):
        Environment({"ENVIRONMENT": "prod"})


@pytest.mark.parametrize(
    "material",
    [
        bytes(32),
        b"\x5a" * 32,
        bytes(range(32)),
        bytes(range(0, 256, 8)),
        b"0123456789abcdef" * 2,
        b"change-me-change-me-change-me-ch",
        bytes.fromhex("0123456789abcdef" * 4),
    ],
)
def test_a_key_that_somebody_typed_is_refused_in_production(material: bytes) -> None:
    written = {"KEY": material.hex()}
    with pytest.raises(SettingsError, match="KEY was not made at random") as refusal:
        Environment(written).key("KEY")
    assert material.hex() not in str(refusal.value)
    assert Environment({**written, "ENVIRONMENT": "development"}).key("KEY") == material


@pytest.mark.parametrize(
    "secret",
    ["hidden", "x" * 43, "abcabcabc" * 5, "change-me-to-something-long-and-random-please-1234"],
)
def test_a_secret_that_somebody_made_up_is_refused_in_production(secret: str) -> None:
    variables = {"ACCOUNTS_URL": "http://a", "CLIENT_ID": "c", "CLIENT_SECRET": secret}
    with pytest.raises(SettingsError, match="CLIENT_SECRET") as refusal:
        own_credential(Environment(variables))
    assert secret not in str(refusal.value)
    on_own_machine = Environment({**variables, "ENVIRONMENT": "development"})
    assert own_credential(on_own_machine)["client_secret"] == secret


def test_what_was_made_at_random_is_taken() -> None:
    for _ in range(200):
        key = secrets.token_hex(32)
        assert Environment({"KEY": key}).key("KEY").hex() == key
        for secret in (key, secrets.token_urlsafe(32)):
            assert Environment({"SECRET": secret}).secret("SECRET") == secret


@pytest.mark.parametrize(
    "password", ["postgres", "catalog_app", "password1234", "a1a1a1a1a1a1a1", "x-catalog_app-2026"]
)
def test_a_database_password_that_can_be_guessed_is_refused_in_production(password: str) -> None:
    variables = {**SAFE, "DATABASE_URL": f"postgresql://catalog_app:{password}@db/catalog"}
    with pytest.raises(SettingsError, match="password in DATABASE_URL") as refusal:
        service_settings(Environment(variables))
    assert password not in str(refusal.value)
    assert service_settings(Environment({**variables, "ENVIRONMENT": "development"}))


def test_a_database_may_be_reached_by_a_good_password_or_by_none() -> None:
    for url in (SAFE["DATABASE_URL"], "postgresql://catalog_app@/catalog", "sqlite:////data/c"):
        assert service_settings(Environment({**SAFE, "DATABASE_URL": url}))["database_url"] == url
    with pytest.raises(SettingsError, match="DATABASE_URL is not the address"):
        service_settings(Environment({**SAFE, "DATABASE_URL": "catalog"}))


def test_a_database_that_keeps_what_it_commits_is_taken(places: ServiceDatabase) -> None:
    with opened(places.application) as database:
        refuse_lossy(database, METADATA)


def test_a_database_in_memory_is_refused() -> None:
    with opened("sqlite://") as database, pytest.raises(SettingsError, match="file on a disk"):
        refuse_lossy(database, METADATA)


@pytest.mark.parametrize("pragma", ["synchronous=NORMAL", "synchronous=OFF", "journal_mode=DELETE"])
def test_a_file_that_is_not_written_through_is_refused(tmp_path: Path, pragma: str) -> None:
    with opened(f"sqlite:///{tmp_path / 'file'}") as database:
        refuse_lossy(database, METADATA)
        with database.engine.connect() as connection:
            connection.connection.cursor().execute(f"pragma {pragma}")
        with pytest.raises(SettingsError, match="SQLite may lose"):
            refuse_lossy(database, METADATA)


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_a_role_or_a_database_that_does_not_wait_for_the_disk_is_refused(
    places: ServiceDatabase, postgres_server: str
) -> None:
    name = places.application.rpartition("/")[2]
    with connected(postgres_server) as server:
        server.execute(f"alter database {name} set synchronous_commit = off")
    with (
        opened(places.application) as database,
        pytest.raises(SettingsError, match="synchronous_commit must not be off"),
    ):
        refuse_lossy(database, METADATA)


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_a_table_that_is_not_logged_is_refused(places: ServiceDatabase) -> None:
    with opened(places.owner) as owner, owner.writing() as connection:
        connection.execute(sa.text("alter table client set unlogged"))
        connection.commit()
    with (
        opened(places.application) as database,
        pytest.raises(SettingsError, match="client must be logged"),
    ):
        refuse_lossy(database, METADATA)


@pytest.mark.parametrize("dialect", ["postgresql"])
@pytest.mark.parametrize(
    "given",
    ["createrole", "superuser", "in role pg_write_server_files"],
)
def test_a_role_that_could_make_itself_the_owner_is_refused(
    places: ServiceDatabase, postgres_server: str, given: str
) -> None:
    mighty = f"mighty_{secrets.token_hex(4)}"
    url = sa.make_url(places.application).set(username=mighty)
    with connected(postgres_server) as server:
        server.execute(
            f"create role {mighty} login {given} password '{url.password}'"
            f"; grant connect on database {url.database} to {mighty}"
        )
    try:
        with (
            opened(url.render_as_string(hide_password=False)) as database,
            pytest.raises(SettingsError, match="DATABASE_URL could"),
        ):
            refuse_excess_rights(database, METADATA)
    finally:
        with connected(postgres_server) as server:
            server.execute(f"drop owned by {mighty}; drop role {mighty}")
