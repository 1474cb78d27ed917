"""Enrolment in which a little of everything happened, once for each database, and a copy of it for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import pytest

from deploy.local.databases import ServiceDatabase
from tests.databases import DatabaseMaker
from tests.services.enrolment.conftest import PACKAGE
from tests.services.enrolment.house import House, house_on
from tests.services.enrolment.lived_in import let_everything_happen


@dataclass(frozen=True)
class LivedIn:
    """A service in which a little of everything happened, and ids by what they stand for."""

    house: House
    ids: Mapping[str, str]


Original = tuple[ServiceDatabase, Mapping[str, str]]


@pytest.fixture(scope="session")
def originals(database_maker: DatabaseMaker) -> Callable[[str], Original]:
    """`originals("sqlite")` gives a database that is lived in, only to be copied: nobody is connected to it.

    Nothing differs in it. So whatever is found in a copy comes of what was done to the copy.
    """

    @cache
    def original(dialect: str) -> Original:
        database = database_maker.migrated(dialect, PACKAGE)
        with house_on(database) as house:
            ids = let_everything_happen(house)
            assert house.differences() == []
        return database, ids

    return original


@pytest.fixture
def lived_in(
    dialect: str, originals: Callable[[str], Original], database_maker: DatabaseMaker
) -> Iterator[LivedIn]:
    """Enrolment on a copy of its own of a database that is lived in."""
    database, ids = originals(dialect)
    with house_on(database_maker.copied("enrolment", database)) as house:
        yield LivedIn(house, ids)
