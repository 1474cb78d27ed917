"""The systems that journeys go through: one that nobody disturbs, and one whose processes come and go."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from tests.databases import DatabaseMaker
from tests.journeys.world import World
from tests.running_system import RunningSystem, started_system
from tests.shared_systems import SharedByGroup


@pytest.fixture(scope="session")
def calm_worlds(
    pytestconfig: pytest.Config, running_systems: SharedByGroup[RunningSystem]
) -> Iterator[SharedByGroup[World]]:
    """The worlds around the shared systems."""
    shared = SharedByGroup(
        pytestconfig, lambda dialect: closing(World(running_systems.get(dialect)))
    )
    yield shared
    shared.end()


@pytest.fixture
def world(
    dialect: str, system: RunningSystem, calm_worlds: SharedByGroup[World]
) -> Iterator[World]:
    """The shared system; after each journey its tables and entries must agree."""
    found = calm_worlds.get(dialect)
    assert found.system is system
    yield found
    found.check_consistency()


@pytest.fixture(scope="session")
def rough_worlds(
    pytestconfig: pytest.Config,
    tmp_path_factory: pytest.TempPathFactory,
    database_maker: DatabaseMaker,
) -> Iterator[SharedByGroup[World]]:
    """The worlds around systems whose processes may be stopped and killed."""

    @contextmanager
    def make(dialect: str) -> Iterator[World]:
        folder = tmp_path_factory.mktemp(f"rough-{dialect}")
        with (
            started_system(folder, dialect=dialect, maker=database_maker, orderly=True) as system,
            closing(World(system)) as made,
        ):
            yield made

    shared = SharedByGroup(pytestconfig, make)
    yield shared
    shared.end()


@pytest.fixture
def rough_world(dialect: str, rough_worlds: SharedByGroup[World]) -> Iterator[World]:
    """A system to disturb. Afterwards every process must be there, and tables and entries must agree."""
    found = rough_worlds.get(dialect)
    yield found
    assert found.revive() == []
    found.check_consistency()


@pytest.fixture(scope="module")
def sampled(
    tmp_path_factory: pytest.TempPathFactory, database_maker: DatabaseMaker
) -> Iterator[RunningSystem]:
    """A system as the first `make run` leaves it, for the tests of a module."""
    folder = tmp_path_factory.mktemp("sampled")
    with started_system(folder, dialect="sqlite", maker=database_maker) as system:
        system.load_sample_data()
        yield system


@pytest.hookimpl(tryfirst=True)  # before the hook that reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Send the tests that share a system to one test process, so that it is started once."""
    for item in items:
        if not isinstance(item, pytest.Function):
            continue
        if "rough_world" in item.fixturenames:
            name = item.callspec.params["dialect"]
            item.add_marker(pytest.mark.xdist_group(f"rough-{name}"))
        if "sampled" in item.fixturenames:
            item.add_marker(pytest.mark.xdist_group(f"sampled-{item.path.stem}"))
