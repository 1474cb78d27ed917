"""What every test may ask for."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, ExitStack

import pytest

from deploy.local.databases import ServiceDatabase
from tests.databases import DatabaseMaker, postgresql_server
from tests.pgbouncer import THROUGH_POOLER, PoolerForAll
from tests.running_system import RunningSystem, started_system
from tests.shared_systems import SharedByGroup, end_shared

_UUID = re.compile(r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE)


def pytest_xdist_auto_num_workers() -> int:
    """Run tests in one process more than there are processors: many of them wait for processes to start and to stop."""
    told = os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS")
    return int(told) if told else min((os.cpu_count() or 1) + 1, 4)


@pytest.fixture(scope="session")
def database_maker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatabaseMaker]:
    """Makes databases; the PostgreSQL server is started by the first test that needs it, once per test process."""
    with ExitStack() as stack:

        def server() -> Iterator[str]:
            yield stack.enter_context(postgresql_server())

        maker = DatabaseMaker(
            tmp_path_factory.mktemp("databases"),
            server(),
            before=PoolerForAll(stack) if THROUGH_POOLER else None,
        )
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


@pytest.fixture(scope="session")
def running_systems(
    pytestconfig: pytest.Config,
    tmp_path_factory: pytest.TempPathFactory,
    database_maker: DatabaseMaker,
) -> Iterator[SharedByGroup[RunningSystem]]:
    """The systems that tests share, one of each dialect."""

    def make(dialect: str) -> AbstractContextManager[RunningSystem]:
        folder = tmp_path_factory.mktemp(f"system-{dialect}")
        return started_system(folder, dialect=dialect, maker=database_maker, orderly=True)

    shared = SharedByGroup(pytestconfig, make)
    yield shared
    shared.end()


@pytest.fixture
def system(dialect: str, running_systems: SharedByGroup[RunningSystem]) -> RunningSystem:
    """The whole product, running. It is shared: leave every process as it was found, and share no ids."""
    return running_systems.get(dialect)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Generator[None, None, None]:
    """End what the tests of a group shared once the last of them has run.

    Several test processes take whole groups; where one process runs all tests, groups alternate, and nothing is ended.
    """
    yield
    if "PYTEST_XDIST_WORKER" in os.environ and _group(nextitem) != _group(item):
        end_shared(item.config)


def _group(item: pytest.Item | None) -> str | None:
    mark = item and item.get_closest_marker("xdist_group")
    return str(mark.args[0]) if mark else None


@pytest.hookimpl(tryfirst=True)  # before the hook that reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Send the tests that share a system to one test process, so that it is started once."""
    for item in items:
        if isinstance(item, pytest.Function) and "system" in item.fixturenames:
            name = item.callspec.params["dialect"]
            item.add_marker(pytest.mark.xdist_group(f"system-{name}"))


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a test after the form of an id in its parameter: a fresh id differs in every test process."""
    if isinstance(val, str) and _UUID.search(val):
        return _UUID.sub("ID" if val.isupper() else "id", val)
    return None
