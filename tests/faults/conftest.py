"""The systems that are struck: one of each dialect, shared by all kinds of faults."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest

from tests.faults.ground import Ground, made_ground
from tests.shared_systems import SharedByGroup

PAUSE = 0.2
"""Seconds until what died is started again; a service manager takes longer, and `make faults` as long as that."""


@pytest.fixture(scope="session")
def grounds(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SharedByGroup[Ground]]:
    """The systems, started when they are first needed."""

    def make(dialect: str) -> AbstractContextManager[Ground]:
        return made_ground(dialect, tmp_path_factory.mktemp(f"faults-{dialect}"), pause=PAUSE)

    shared = SharedByGroup(pytestconfig, make)
    yield shared
    shared.end()


@pytest.fixture
def ground(dialect: str, grounds: SharedByGroup[Ground]) -> Ground:
    """A system to be struck; every process is looked after while a test waits by its keeper."""
    return grounds.get(dialect)


@pytest.hookimpl(tryfirst=True)  # before the hook that reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Send the tests that share a system to one test process, so that it is started once."""
    for item in items:
        if isinstance(item, pytest.Function) and "ground" in item.fixturenames:
            name = item.callspec.params["dialect"]
            item.add_marker(pytest.mark.xdist_group(f"faults-{name}"))
