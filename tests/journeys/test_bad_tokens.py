"""Tokens that must not pass, at the gateway and, for whoever got past it, at each service."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

import pytest
import requests

from deploy.local.databases import SERVICES
from tests.journeys.answers import checked, problem
from tests.journeys.api import PATIENCE
from tests.journeys.forgeries import forgeries, signing_key
from tests.journeys.world import World


@pytest.fixture
def forged(world: World) -> dict[str, str]:
    """Every forgery of an auditor's token."""
    return forgeries(world.auditor.token or "", signing_key(world.system.accounts_settings))


def test_no_forged_token_passes_the_gateway_and_none_is_shown_to_a_service(
    world: World, forged: dict[str, str]
) -> None:
    asked = {name: str(uuid.uuid4()) for name in forged}
    for path in (
        "/log/entries",
        "/courses",
    ):  # a token that is sent must be good where none is needed, too
        for name, token in forged.items():
            headers = {"Authorization": f"Bearer {token}", "X-Request-Id": asked[name]}
            problem(world.public.call("GET", path, headers=headers), 401, "unauthenticated")
    assert world.served(asked.values()) == set()


def test_no_forged_token_passes_a_service_that_is_called_past_the_gateway(
    world: World, forged: dict[str, str]
) -> None:
    for service in SERVICES:
        address = f"{world.system.address_of(service)}/api/v1/log/entries"
        passed = _passing(address, forged.items())
        assert passed == [], service
        good = _ask(f"{address}?journal={service}", world.auditor.token or "")
        assert good.status_code == 200


def _passing(address: str, tokens: Iterable[tuple[str, str]]) -> list[str]:
    return [name for name, token in tokens if _ask(address, token).status_code != 401]


def _ask(address: str, token: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return checked(requests.get(address, headers=headers, timeout=PATIENCE))


@pytest.mark.parametrize(
    "header",
    ["Basic b3BlcmF0b3I6eA==", "Bearer", "Bearer  ", "Bearer a b", "Token abc", "Bearer é", ","],
)
def test_an_authorization_header_that_is_no_bearer_token_is_refused(
    world: World, header: str
) -> None:
    answer = world.public.call("GET", "/log/entries", headers={"Authorization": header})
    problem(answer, 401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_of_a_service_opens_nothing_outside(world: World) -> None:
    system = world.caller("system")
    for path in ("/log/entries", "/consistency", "/enrolments", "/cards/me"):
        system.refused("GET", path, 403, "forbidden")
    for path in ("/internal/feed", "/internal/seats", "/internal/rules", "/internal/seat-holders"):
        headers = {"Authorization": f"Bearer {system.token}"}
        outside = requests.get(world.system.address + path, headers=headers, timeout=PATIENCE)
        problem(checked(outside), 404, "not-found")
