"""Small services: one as a test client reaches it, two on real databases."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

import pytest
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from chassis.database import Database
from deploy.local.databases import ServiceDatabase
from tests.chassis.following import Following, Source
from tests.chassis.seats import SOON_MS, SeatHouse, open_seats
from tests.chassis.small_service import House, build
from tests.chassis.tally import TallyHouse, laid_house
from tests.chassis.things import THINGS
from tests.databases import DatabaseMaker
from tests.served import served


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def client(house: House) -> FlaskClient:
    return build(house).test_client()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def tally(request: pytest.FixtureRequest, database_maker: DatabaseMaker) -> Iterator[TallyHouse]:
    """The small service of `tests.chassis.tally` on a database of its own, on each of the two."""
    with laid_house(database_maker.empty(request.param, "chassis")) as house:
        yield house


@pytest.fixture(scope="module")
def sqlite_tally(database_maker: DatabaseMaker) -> Iterator[TallyHouse]:
    """The same on SQLite alone: for what PostgreSQL cannot do."""
    with laid_house(database_maker.empty("sqlite", "chassis")) as house:
        yield house


@pytest.fixture(scope="module")
def postgres_tally(database_maker: DatabaseMaker) -> Iterator[TallyHouse]:
    """The same on PostgreSQL alone: for what SQLite cannot do."""
    with laid_house(database_maker.empty("postgresql", "chassis")) as house:
        yield house


@pytest.fixture(scope="module")
def source_address() -> Iterator[Source]:
    """An address at which a source is served: `source` says which."""
    source = Source()
    with served(source) as source.url:
        yield source


@pytest.fixture
def source(source_address: Source, database_maker: DatabaseMaker) -> Iterator[Source]:
    """A source on SQLite with nothing in its journal."""
    with laid_house(database_maker.empty("sqlite", "chassis")) as house:
        source_address.house = house
        yield source_address


@pytest.fixture
def following(tally: TallyHouse, source: Source) -> Following:
    """A follower of that source, on each database in turn."""
    return Following(tally, source.url)


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


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, database_maker: DatabaseMaker) -> Iterator[Database]:
    """A database with the table of `tests.chassis.things`, on each of the two."""
    opened = Database(database_maker.empty(request.param, "chassis").owner, pool_size=12)
    with opened.writing() as connection:
        THINGS.create_all(connection)
        connection.commit()
    yield opened
    opened.dispose()
