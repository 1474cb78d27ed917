"""The catalogue on a real database."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from chassis.database import Database
from deploy.local.databases import ServiceDatabase
from tests.services.catalog.client import Catalog


@pytest.fixture
def database(provision: Callable[[str], ServiceDatabase]) -> Iterator[Database]:
    """The catalogue's database as the application sees it, once on each kind."""
    database = Database(provision("services.catalog").application)
    yield database
    database.dispose()


@pytest.fixture
def catalog(database: Database) -> Catalog:
    """The catalogue's API on it."""
    return Catalog(database)


@pytest.fixture
def provider_id(catalog: Catalog) -> str:
    """An approved provider."""
    return catalog.provider()
