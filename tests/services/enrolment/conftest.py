"""Enrolment on each database in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from deploy.local.databases import ServiceDatabase
from tests.databases import DatabaseMaker
from tests.services.enrolment.followers.catalogue import Catalogue, catalogue_on
from tests.services.enrolment.house import House, house_on

PACKAGE = "services.enrolment"
CATALOGUE_PACKAGE = "services.catalog"


@pytest.fixture
def house(provision: Callable[[str], ServiceDatabase]) -> Iterator[House]:
    """Enrolment on a database of its own."""
    with house_on(provision(PACKAGE)) as opened:
        yield opened


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared_house(request: pytest.FixtureRequest, database_maker: DatabaseMaker) -> Iterator[House]:
    """Enrolment on one database for all tests of a module: for those that leave nothing another would trip over."""
    with house_on(database_maker.migrated(request.param, PACKAGE)) as opened:
        yield opened


@pytest.fixture
def catalogue(provision: Callable[[str], ServiceDatabase]) -> Iterator[Catalogue]:
    """The catalogue's journal, with nothing in it, on a database of its own."""
    with catalogue_on(provision(CATALOGUE_PACKAGE).application) as served:
        yield served


@pytest.fixture
def restored(provision: Callable[[str], ServiceDatabase]) -> Iterator[Catalogue]:
    """A catalogue that comes in the place of that one."""
    with catalogue_on(provision(CATALOGUE_PACKAGE).application) as served:
        yield served
