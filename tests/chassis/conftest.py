"""A small service, as a test client reaches it."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.chassis.small_service import House, build


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def client(house: House) -> FlaskClient:
    return build(house).test_client()
