"""The accounts service on a database of its own, SQLite and PostgreSQL in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256

import pytest
from flask import Flask
from flask.testing import FlaskClient

from chassis.database import Database
from deploy.local.databases import ServiceDatabase
from services.accounts.app import build
from services.accounts.domain.mandates import Mandate
from services.accounts.key_keeper import ensure_signing_key
from services.accounts.register import register
from services.accounts.service import AccountsService, open_service
from services.accounts.settings import read_settings
from tests.conformity import held_to_contract
from tests.databases import LOCK_PATIENCE_MS
from tests.served import served
from tests.services.accounts.enrolment_stand_in import stand_in
from tests.services.accounts.people import Visitor
from tests.services.accounts.telling import Telling, telling_beside
from tests.tokens import AUDIENCE, ISSUER

CLIENT_ID = "service-catalog"
SECRET = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTAxMjM"


@pytest.fixture(scope="session")
def enrolment_address() -> Iterator[str]:
    """Where a stand-in of enrolment listens, which knows the people of `tests.services.accounts.people`."""
    with served(stand_in()) as address:
        yield address


@pytest.fixture
def variables(
    provision: Callable[[str], ServiceDatabase], enrolment_address: str
) -> dict[str, str]:
    """The environment of a process of this service."""
    return {**variables_on(provision("services.accounts")), "ENROLMENT_URL": enrolment_address}


def variables_on(database: ServiceDatabase) -> dict[str, str]:
    """Return the environment of a process of this service on a database."""
    return {
        "DATABASE_URL": database.application,
        "ENVIRONMENT": "development",
        "TOKEN_ISSUER": ISSUER,
        "TOKEN_AUDIENCE": AUDIENCE,
        "KEY_ENCRYPTION_KEY": sha256(b"seals signing keys in tests").hexdigest(),
        "FINGERPRINT_KEY": sha256(b"finds people in tests").hexdigest(),
        "ENROLMENT_URL": "http://127.0.0.1:9",
    }


@pytest.fixture
def empty_house(variables: dict[str, str]) -> Iterator[AccountsService]:
    """The service's parts on a migrated database with nothing in it."""
    settings = read_settings(variables)
    house = open_service(
        settings, Database(settings.database_url, lock_timeout_ms=LOCK_PATIENCE_MS)
    )
    yield house
    house.database.dispose()


@pytest.fixture
def house(empty_house: AccountsService) -> AccountsService:
    """The service's parts, with a signing key and one client of the system role."""
    ensure_signing_key(empty_house)
    register(
        empty_house,
        client_id=CLIENT_ID,
        secret=SECRET,
        mandate=Mandate("system"),
        name="the catalogue",
    )
    return empty_house


@pytest.fixture
def app(house: AccountsService) -> Flask:
    return held_to_contract(build(house))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """A browser that was never here before."""
    return Visitor(app.test_client())


@pytest.fixture
def telling(
    house: AccountsService, provision: Callable[[str], ServiceDatabase]
) -> Iterator[Telling]:
    """The service beside an enrolment that it follows."""
    with telling_beside(house, provision("services.enrolment")) as opened:
        yield opened
