"""The catalogue as gunicorn makes it: from the environment alone."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

import pytest

from chassis.database import Database
from chassis.settings import SettingsError
from deploy.local.databases import ServiceDatabase
from services.catalog import app
from services.catalog.api import every_endpoint
from services.catalog.service import open_service, start_service
from services.catalog.settings import read_settings, read_worker_settings
from tests.services.catalog.client import Catalog, app_on
from vocabulary.roles import EVERY_ROLE

SETTINGS = {
    "DATABASE_URL": "sqlite:///x",
    "TOKEN_ISSUER": "http://accounts.test",
    "TOKEN_AUDIENCE": "balai",
    "JWKS_URL": "http://127.0.0.1:9/jwks.json",
    "FINGERPRINT_KEY": sha256(b"tells bodies apart in tests").hexdigest(),
    "SEARCH_INDEX": "/nonexistent",
}


def test_it_is_ready_with_a_migrated_database_and_the_issuers_keys(catalog: Catalog) -> None:
    answer = catalog.client.get("/readyz")
    assert (answer.status_code, answer.get_json()["checks"]) == (
        200,
        {"database": True, "token-keys": True},
    )


def test_it_is_not_ready_before_the_database_is_migrated(
    empty_database: ServiceDatabase,
) -> None:
    database = Database(empty_database.owner)
    answer = app_on(database).test_client().get("/readyz")
    database.dispose()
    assert (answer.status_code, answer.get_json()["checks"]["database"]) == (503, False)


def test_it_starts_without_its_issuer_and_says_that_it_is_not_ready(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(app, "start_service", lambda settings: open_service(settings, database))
    monkeypatch.setattr(app, "configure_logging", lambda *_, **__: None)  # pytest has its own
    client = app.create_app().test_client()
    assert client.get("/healthz").status_code == 200
    assert client.get("/api/v1/regions").status_code == 200
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["checks"]["token-keys"]) == (503, False)


def test_production_refuses_a_role_that_could_rewrite_the_journal(
    dialect: str, provision: Callable[[str], ServiceDatabase]
) -> None:
    given = provision("services.catalog")
    start_service(read_settings({**SETTINGS, "DATABASE_URL": given.application})).database.dispose()
    as_owner = {**SETTINGS, "DATABASE_URL": given.owner}
    start_service(read_settings({**as_owner, "ENVIRONMENT": "development"})).database.dispose()
    if dialect == "postgresql":
        with pytest.raises(SettingsError, match="journal_entry"):
            start_service(read_settings(as_owner))


@pytest.mark.parametrize("missing", sorted(SETTINGS.keys() - {"TOKEN_AUDIENCE"}))
def test_a_missing_setting_is_named(missing: str) -> None:
    with pytest.raises(SettingsError, match=missing):
        read_settings({name: value for name, value in SETTINGS.items() if name != missing})


def test_settings_have_their_defaults_and_bounds() -> None:
    assert "sqlite" not in repr(read_settings(SETTINGS))
    worker = {
        **SETTINGS,
        "ENROLMENT_URL": "http://e",
        "ACCOUNTS_URL": "http://a",
        "CLIENT_ID": "catalog",
        "CLIENT_SECRET": sha256(b"hidden").hexdigest(),
        "METRICS_BIND": "127.0.0.1:9100",
    }
    read = read_worker_settings(worker)
    assert read.metrics_bind == ("127.0.0.1", 9100)
    assert worker["CLIENT_SECRET"] not in repr(read)


def test_every_call_says_who_may_make_it() -> None:
    public = {
        "GET /api/v1/providers",
        "GET /api/v1/providers/<id:provider_id>",
        "POST /api/v1/providers",
        "GET /api/v1/courses",
        "GET /api/v1/courses/<id:course_id>",
        "GET /api/v1/classes",
        "GET /api/v1/classes/<id:class_id>",
        "GET /api/v1/regions",
    }
    calls = every_endpoint()
    assert {call.name for call in calls if not call.allow} == public
    assert all(call.allow <= set(EVERY_ROLE) for call in calls)
    assert len({call.name for call in calls}) == len(calls)
