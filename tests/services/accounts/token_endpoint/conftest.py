"""Accounts on one database for each module here, on a clock that stands still."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from deploy.local.databases import ServiceDatabase
from services.accounts.app import build
from services.accounts.service import AccountsService
from tests.databases import DatabaseMaker
from tests.services.accounts.conftest import variables_on


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared_database(
    database_maker: DatabaseMaker, request: pytest.FixtureRequest
) -> ServiceDatabase:
    """One database for all tests here: asking for tokens changes nothing in it."""
    return database_maker.migrated(request.param, "services.accounts")


@pytest.fixture
def variables(shared_database: ServiceDatabase) -> dict[str, str]:
    return variables_on(shared_database)


@pytest.fixture
def app(house: AccountsService) -> Flask:
    """The application on a clock that stands still, so that throttles count without forgetting."""
    return build(replace(house, clock=lambda: 1_000.0))
