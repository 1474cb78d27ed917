"""Enrolment as gunicorn makes it: from the environment alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from chassis.settings import SettingsError
from deploy.local.databases import ServiceDatabase
from services.enrolment import app
from services.enrolment.app import build
from services.enrolment.service import open_database, start_service
from services.enrolment.settings import read_settings, read_worker_settings
from services.enrolment.worker import start_tasks
from tests.services.enrolment.house import (
    VARIABLES,
    WORKER_VARIABLES,
    House,
    document,
    house_on,
    settings_for,
)
from tests.tokens import FixedKeys

TEST_NUMBER = "3273010205900000"


def test_it_is_ready_with_a_migrated_database_and_the_issuers_keys(house: House) -> None:
    answer = document(house.call("GET", "/readyz"))
    assert answer == {"ready": True, "checks": {"database": True, "token-keys": True}}


def test_it_is_not_ready_before_the_database_is_migrated(empty_database: ServiceDatabase) -> None:
    with house_on(empty_database) as house:
        answer = document(house.call("GET", "/readyz"), 503)
    assert answer["checks"]["database"] is False


def test_it_starts_without_its_issuer_and_says_that_it_is_not_ready(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = {**VARIABLES, "JWKS_URL": "http://127.0.0.1:9/jwks.json"}
    for name, value in {**variables, "DATABASE_URL": house.places.application}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(app, "start_service", lambda _: house.service)
    monkeypatch.setattr(app, "configure_logging", lambda *_, **__: None)  # pytest has its own
    client = app.create_app().test_client()
    assert client.get("/healthz").status_code == 200
    assert client.get("/api/v1/waves").status_code == 200
    assert document(client.get("/readyz"), 503)["checks"]["token-keys"] is False


@pytest.mark.parametrize("name", ["PERSONAL_DATA_KEY", "FINGERPRINT_KEY"])
def test_it_refuses_other_keys_than_those_that_people_are_kept_under(
    house: House, name: str
) -> None:
    right = {**VARIABLES, "DATABASE_URL": house.places.application}
    wrong = read_settings({**right, name: "5c" * 32})
    start_service(wrong).close()  # nobody is there yet
    house.award()
    start_service(read_settings(right)).close()
    with pytest.raises(SettingsError, match="start with the keys of that time"):
        start_service(wrong)
    with pytest.raises(SettingsError, match="start with the keys of that time"):
        start_tasks(read_worker_settings({**WORKER_VARIABLES, **right, name: "5c" * 32}))


def test_a_database_without_tables_keeps_nobody_from_starting(
    empty_database: ServiceDatabase,
) -> None:
    variables = {**VARIABLES, "DATABASE_URL": empty_database.application}
    start_service(read_settings(variables)).close()


def test_in_production_a_database_without_tables_does(empty_database: ServiceDatabase) -> None:
    live = {**VARIABLES, "ENVIRONMENT": "production", "DATABASE_URL": empty_database.application}
    said = "DATABASE_URL has no schema; run: python -m chassis.migrations services.enrolment$"
    with pytest.raises(SettingsError, match=said):
        start_service(read_settings(live))


def test_sqlite_has_one_web_process(dialect: str, empty_database: ServiceDatabase) -> None:
    variables = {**VARIABLES, "DATABASE_URL": empty_database.application}
    read_settings({**variables, "WEB_WORKERS": "1"})
    if dialect == "postgresql":
        read_settings({**variables, "WEB_WORKERS": "2"})
        return
    with pytest.raises(SettingsError, match="WEB_WORKERS must be 1 where DATABASE_URL is a SQLite"):
        read_settings({**variables, "WEB_WORKERS": "2"})


def test_production_refuses_a_role_that_could_rewrite_the_journal(
    dialect: str, provision: Callable[[str], ServiceDatabase]
) -> None:
    given = provision("services.enrolment")
    live = {**VARIABLES, "ENVIRONMENT": "production"}
    open_database(read_settings({**live, "DATABASE_URL": given.application}), pool_size=1).dispose()
    open_database(settings_for(given.owner), pool_size=1).dispose()
    if dialect == "postgresql":
        with pytest.raises(SettingsError, match="journal_entry"):
            open_database(read_settings({**live, "DATABASE_URL": given.owner}), pool_size=1)


def test_a_test_number_gets_a_card_in_development_only(house: House) -> None:
    person = next(house.supply)
    house.open_wave()
    live = replace(house.service, takes_test_numbers=False)
    live_house = replace(house, app=build(settings_for("sqlite:///x"), live, FixedKeys()))
    [refused] = document(live_house.admit([person.row(nik=TEST_NUMBER)]))["refused"]
    assert (refused["code"], refused["errors"][0]["pointer"]) == (
        "validation-failed",
        "/candidates/0/nik",
    )
    assert document(house.admit([person.row(nik=TEST_NUMBER)]))["refused"] == []


def test_only_a_developers_machine_takes_test_numbers(
    provision: Callable[[str], ServiceDatabase],
) -> None:
    with house_on(provision("services.enrolment")) as house:
        assert house.service.takes_test_numbers is True
    live = read_settings({**VARIABLES, "DATABASE_URL": "sqlite://", "ENVIRONMENT": "production"})
    assert live.is_development is False


@pytest.mark.parametrize("missing", sorted(VARIABLES.keys() - {"ENVIRONMENT", "TOKEN_AUDIENCE"}))
def test_a_missing_setting_is_named(missing: str) -> None:
    with pytest.raises(SettingsError, match=missing):
        read_settings({name: value for name, value in VARIABLES.items() if name != missing})


@pytest.mark.parametrize("missing", sorted(WORKER_VARIABLES.keys() - VARIABLES.keys()))
def test_the_worker_needs_what_the_web_process_does_without(missing: str) -> None:
    with pytest.raises(SettingsError, match=missing):
        read_worker_settings({n: v for n, v in WORKER_VARIABLES.items() if n != missing})


@pytest.mark.parametrize("name", ["PERSONAL_DATA_KEY", "FINGERPRINT_KEY"])
@pytest.mark.parametrize("value", ["", "11" * 31, "11" * 33, "zz" * 32, "secret"])
def test_a_key_of_another_size_is_refused_and_not_repeated(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name) as refusal:
        read_settings({**VARIABLES, name: value})
    assert not value or value not in str(refusal.value)


def test_no_secret_is_printed_with_the_settings() -> None:
    settings = read_worker_settings({**WORKER_VARIABLES, "CLIENT_SECRET": "hidden-secret"})
    printed = repr(settings)
    for secret in ("hidden-secret", str(bytes([0x11] * 4))[2:-1], str(bytes([0x22] * 4))[2:-1]):
        assert secret not in printed
