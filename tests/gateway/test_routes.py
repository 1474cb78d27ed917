"""The gateway's table and what the services really have, side by side."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import pytest

from chassis.endpoints import Endpoint, Endpoints
from chassis.pages.declaring import Page, Pages
from gateway.routes import ROUTES, UPSTREAMS, Access

BY_CHASSIS = {"GET /api/v1/log/entries"}
"""Calls that every service has from the chassis, and declares in no module of its own."""


def _endpoints(service: str) -> Iterator[Endpoint[Any]]:
    """Yield every call that a service's api modules declare."""
    package = importlib.import_module(f"services.{service}.api")
    for module in pkgutil.iter_modules(package.__path__):
        declared = getattr(
            importlib.import_module(f"{package.__name__}.{module.name}"), "endpoints", None
        )
        if isinstance(declared, Endpoints):
            yield from declared.all


def _public_calls(service: str) -> dict[str, Access]:
    calls = {}
    for endpoint in _endpoints(service):
        if endpoint.rule.startswith("/internal/"):
            continue
        path = re.sub(r"<(?:id|name):([a-z_]+)>", r"{\1}", endpoint.rule)
        access = Access.BEARER if endpoint.allow else Access.PUBLIC
        calls[f"{endpoint.method} {path}"] = Access.OWN_CREDENTIALS if endpoint.form else access
    return calls | {page.name: Access.PAGE for page in _pages(service)}


def _pages(service: str) -> Iterator[Page[Any]]:
    """Yield every page that a service's modules declare."""
    for layer in ("api", "pages"):
        try:
            package = importlib.import_module(f"services.{service}.{layer}")
        except ModuleNotFoundError:
            continue
        for module in pkgutil.iter_modules(package.__path__):
            declared = getattr(
                importlib.import_module(f"{package.__name__}.{module.name}"), "pages", None
            )
            if isinstance(declared, Pages):
                yield from declared.all


@pytest.mark.parametrize("service", UPSTREAMS)
def test_the_table_has_exactly_what_a_service_offers_to_the_outside(service: str) -> None:
    routed = {
        route.name: route.access
        for route in ROUTES
        if service in route.upstreams and route.name not in BY_CHASSIS
    }

    assert routed == _public_calls(service)


def test_no_call_stands_twice_in_the_table() -> None:
    names = [re.sub(r"\{[a-z_]+\}", "{}", route.name) for route in ROUTES]

    assert len(names) == len(set(names))


def test_nothing_internal_is_in_the_table() -> None:
    for route in ROUTES:
        assert "internal" not in route.path
        is_page = route.access is Access.PAGE
        assert is_page or route.path.startswith(("/api/v1/", "/oauth/", "/.well-known/"))
