"""A gateway that has pages to show and nothing behind it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.gateway.running import Server, gateway_environment, gunicorn

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A gateway behind which no service is up."""
    folder = tmp_path_factory.mktemp("pages")
    environment = gateway_environment(NOWHERE)
    with gunicorn("gateway.app:create_app()", folder, environment=environment) as server:
        yield server
