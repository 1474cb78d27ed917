"""A gateway in front of a recording service, both real, shared by the tests that need nothing special."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.gateway.running import Server, gateway_environment, gunicorn
from tests.gateway.wire import request

Recorded = Callable[[], list[dict[str, Any]]]


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The recording service, standing for all three."""
    folder = tmp_path_factory.mktemp("service")
    with gunicorn("tests.gateway.recorder:application", folder) as server:
        yield server


@pytest.fixture(scope="session")
def shared_gateway(service: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    environment = gateway_environment(service.url)
    folder = tmp_path_factory.mktemp("gateway")
    with gunicorn("gateway.app:create_app()", folder, environment=environment) as server:
        yield server


@pytest.fixture
def gateway(shared_gateway: Server, service: Server) -> Server:
    """The gateway; the service behind it has nothing recorded yet."""
    request(service, "GET", "/recorded")
    return shared_gateway


@pytest.fixture
def recorded(service: Server) -> Recorded:
    """Tells what reached the service since the test began, or since it last asked."""
    return lambda: list(request(service, "GET", "/recorded").json())
