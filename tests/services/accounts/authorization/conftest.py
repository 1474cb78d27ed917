"""Two applications and a person, SQLite and PostgreSQL in turn."""

from __future__ import annotations

import pytest

from services.accounts.service import AccountsService
from tests.services.accounts.authorization.house import Applications


@pytest.fixture
def applications(house: AccountsService) -> Applications:
    return Applications(house)
