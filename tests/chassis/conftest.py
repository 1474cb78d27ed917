"""Small services: one as a test client reaches it, two on real databases."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

import pytest
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from deploy.local.databases import ServiceDatabase
from tests.chassis.seats import SOON_MS, SeatHouse, open_seats
from tests.chassis.small_service import House, build
from tests.chassis.tally import TallyHouse, lay_schema, open_house
from tests.databases import DatabaseMaker


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def client(house: House) -> FlaskClient:
    return build(house).test_client()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def tally(request: pytest.FixtureRequest, database_maker: DatabaseMaker) -> Iterator[TallyHouse]:
    """The small service of `tests.chassis.tally` on a database of its own, on each of the two."""
    with laid_tally(database_maker.empty(request.param, "chassis")) as house:
        yield house


@pytest.fixture(scope="module")
def sqlite_tally(database_maker: DatabaseMaker) -> Iterator[TallyHouse]:
    """The same on SQLite alone: for what PostgreSQL cannot do."""
    with laid_tally(database_maker.empty("sqlite", "chassis")) as house:
        yield house


@pytest.fixture(scope="module")
def postgres_tally(database_maker: DatabaseMaker) -> Iterator[TallyHouse]:
    """The same on PostgreSQL alone: for what SQLite cannot do."""
    with laid_tally(database_maker.empty("postgresql", "chassis")) as house:
        yield house


@contextmanager
def laid_tally(place: ServiceDatabase) -> Iterator[TallyHouse]:
    lay_schema(place)
    house = open_house(place)
    with capture_logs():
        yield house
    house.database.dispose()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def seats(request: pytest.FixtureRequest, database_maker: DatabaseMaker) -> Iterator[SeatHouse]:
    """Enrolment's service on a database of its own, on each of the two."""
    with opened_seats(database_maker.migrated(request.param, "services.enrolment")) as house:
        yield house


@pytest.fixture(scope="module")
def sqlite_seats(database_maker: DatabaseMaker) -> Iterator[SeatHouse]:
    """The same on SQLite alone."""
    with opened_seats(database_maker.migrated("sqlite", "services.enrolment")) as house:
        yield house


@pytest.fixture(scope="module")
def postgres_seats(database_maker: DatabaseMaker) -> Iterator[SeatHouse]:
    """The same on PostgreSQL alone."""
    with opened_seats(database_maker.migrated("postgresql", "services.enrolment")) as house:
        yield house


@pytest.fixture(scope="module")
def hasty_seats(postgres_seats: SeatHouse) -> Iterator[SeatHouse]:
    """The same, waiting for a lock but a moment."""
    house = postgres_seats.through(postgres_seats.place.application, lock_timeout_ms=SOON_MS)
    yield house
    house.database.dispose()


@contextmanager
def opened_seats(place: ServiceDatabase) -> Iterator[SeatHouse]:
    house = open_seats(place)
    with capture_logs():
        yield house
    house.service.enrolments.close()
    house.database.dispose()


@pytest.fixture(scope="session")
def processes() -> Iterator[ProcessPoolExecutor]:
    """Eight processes of their own, which share nothing with the tests but the databases."""
    with ProcessPoolExecutor(8, mp_context=get_context("spawn")) as executor:
        yield executor
