"""A service that each test tells what to do, and gateways in front of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.gateway.running import Server, gateway_environment, gunicorn
from tests.gateway.scripted import Scripted, behave, scripted
from tests.gateway.wire import request
from tests.tokens import bearer
from tests.waiting import eventually

WRITE = "/api/v1/enrolments"


@pytest.fixture(scope="session")
def rude() -> Iterator[Scripted]:
    """A service whose behaviour each test chooses."""
    with scripted(behave) as service:
        yield service


@pytest.fixture(scope="session")
def shared_patient(rude: Scripted, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The gateway as delivered, with few places."""
    environment = gateway_environment(rude.url, REQUESTS_IN_FLIGHT="4", EXPORTS_IN_FLIGHT="1")
    folder = tmp_path_factory.mktemp("patient")
    with gunicorn("gateway.app:create_app()", folder, environment=environment) as server:
        assert request(server, "GET", WRITE, headers=bearer()).status == 200
        yield server


@pytest.fixture(scope="session")
def shared_hasty(rude: Scripted, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A gateway with little patience: only for what is given up, since a busy machine may be slow to answer."""
    folder = tmp_path_factory.mktemp("hasty")
    environment = gateway_environment(rude.url)
    with gunicorn("tests.gateway.hasty:create_app()", folder, environment=environment) as server:
        eventually(
            lambda: request(server, "GET", WRITE, headers=bearer()).status == 200,
            what="it knows the issuer's keys",
        )
        yield server


@pytest.fixture
def over() -> threading.Event:
    """Set once a test is over: a service that dawdles ends with it."""
    return threading.Event()


@pytest.fixture
def service(rude: Scripted, over: threading.Event) -> Iterator[Scripted]:
    """The service, with nothing asked of it yet, no connection kept, behaving until told otherwise."""
    _forget(rude)
    yield rude
    rude.script = behave
    over.set()


@pytest.fixture
def patient(shared_patient: Server, service: Scripted) -> Server:
    """The gateway as delivered, with few places; it has asked nothing of the service yet."""
    _forget(service)
    return shared_patient


@pytest.fixture
def hasty(shared_hasty: Server, service: Scripted) -> Server:
    """The gateway with little patience; it has asked nothing of the service yet."""
    _forget(service)
    return shared_hasty


def _forget(service: Scripted) -> None:
    service.drop_visitors()
    service.requests.clear()
    service.visits = 0
