"""What every test may ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from deploy.local.databases import ServiceDatabase
from tests.databases import DatabaseMaker, postgresql_server


@pytest.fixture(scope="session")
def database_maker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatabaseMaker]:
    """Makes databases; the PostgreSQL server is started by the first test that needs it, once per test process."""
    with ExitStack() as stack:

        def server() -> Iterator[str]:
            yield stack.enter_context(postgresql_server())

        maker = DatabaseMaker(tmp_path_factory.mktemp("databases"), server())
        yield maker
        maker.drop_all()


@pytest.fixture(scope="session")
def postgres_server(database_maker: DatabaseMaker) -> str:
    """The address of a real PostgreSQL server, as its superuser: for tests that disturb it from outside."""
    return database_maker.server


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    """Each database in turn: a test that asks for this, or for a fixture below, runs once on each."""
    name: str = request.param
    return name


@pytest.fixture
def empty_database(dialect: str, database_maker: DatabaseMaker) -> ServiceDatabase:
    """A new database with nothing in it."""
    return database_maker.empty(dialect, "chassis")


@pytest.fixture
def provision(dialect: str, database_maker: DatabaseMaker) -> Callable[[str], ServiceDatabase]:
    """`provision("services.catalog")` gives a new database with that service's schema in it."""
    return lambda package: database_maker.migrated(dialect, package)
