"""The systems that journeys go through: one that nobody disturbs, and one whose processes come and go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.databases import DatabaseMaker
from tests.journeys.world import World
from tests.running_system import RunningSystem, start_system, started_system

GetWorld = Callable[[str], World]


@pytest.fixture(scope="session")
def calm_worlds(running_systems: Callable[[str], RunningSystem]) -> Iterator[GetWorld]:
    """Gives the world around the shared system of a dialect."""
    made: dict[str, World] = {}

    def get(dialect: str) -> World:
        if dialect not in made:
            made[dialect] = World(running_systems(dialect))
        return made[dialect]

    yield get
    for world in made.values():
        world.close()


@pytest.fixture
def world(dialect: str, system: RunningSystem, calm_worlds: GetWorld) -> Iterator[World]:
    """The shared system; after each journey its tables and entries must agree."""
    found = calm_worlds(dialect)
    assert found.system is system
    yield found
    found.check_consistency()


@pytest.fixture(scope="session")
def rough_worlds(
    tmp_path_factory: pytest.TempPathFactory, database_maker: DatabaseMaker
) -> Iterator[GetWorld]:
    """Gives the world around a system of a dialect whose processes may be stopped and killed."""
    made: dict[str, World] = {}

    def get(dialect: str) -> World:
        if dialect not in made:
            folder: Path = tmp_path_factory.mktemp(f"rough-{dialect}")
            made[dialect] = World(start_system(folder, dialect=dialect, maker=database_maker))
        return made[dialect]

    yield get
    for world in made.values():
        world.close()
        assert world.system.stop() == [], "a process had to be killed"


@pytest.fixture
def rough_world(dialect: str, rough_worlds: GetWorld) -> Iterator[World]:
    """A system to disturb. Afterwards every process must be there, and tables and entries must agree."""
    found = rough_worlds(dialect)
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
    """Send the tests of a rough system to one test process, so that it is started once."""
    for item in items:
        if isinstance(item, pytest.Function) and "rough_world" in item.fixturenames:
            name = item.callspec.params["dialect"]
            item.add_marker(pytest.mark.xdist_group(f"rough-{name}"))
