"""The catalogue on a real database."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from chassis.database import Database
from deploy.local.databases import ServiceDatabase
from tests.databases import LOCK_PATIENCE_MS, DatabaseMaker
from tests.services.catalog.client import Catalog


@pytest.fixture
def database(provision: Callable[[str], ServiceDatabase]) -> Iterator[Database]:
    """The catalogue's database as the application sees it, once on each kind."""
    database = Database(provision("services.catalog").application, lock_timeout_ms=LOCK_PATIENCE_MS)
    yield database
    database.dispose()


@pytest.fixture
def catalog(database: Database) -> Iterator[Catalog]:
    """The catalogue's API on it."""
    catalog = Catalog(database)
    yield catalog
    catalog.close()


@pytest.fixture
def provider_id(catalog: Catalog) -> str:
    """An approved provider."""
    return catalog.provider()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def refusing(
    request: pytest.FixtureRequest, database_maker: DatabaseMaker
) -> Iterator[tuple[Catalog, str, str]]:
    """A catalogue with an approved provider and its published course, for calls that must all be refused.

    Many tests share it, so it is up to each of them to show that it changed nothing.
    """
    database = Database(database_maker.migrated(request.param, "services.catalog").application)
    catalog = Catalog(database)
    provider_id = catalog.provider()
    yield catalog, provider_id, catalog.course(provider_id)
    catalog.close()
    database.dispose()
