"""An operator and the owner of a provider, with a token each."""

from __future__ import annotations

import pytest
from flask import Flask

from services.accounts.domain.mandates import Mandate
from services.accounts.service import AccountsService
from tests.services.accounts.api.staff import Program
from tests.services.accounts.people import PROVIDER, RINA, add_staff


@pytest.fixture
def operator(app: Flask, variables: dict[str, str]) -> Program:
    return Program(app, variables, "operator")


@pytest.fixture
def owner_id(house: AccountsService) -> str:
    return add_staff(house, RINA, Mandate("provider", provider=PROVIDER), owner=True)


@pytest.fixture
def owner(app: Flask, variables: dict[str, str], owner_id: str) -> Program:
    return Program(app, variables, "provider", provider=PROVIDER, subject=owner_id)
