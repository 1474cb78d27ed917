"""Enrolment on each database in turn, with classes to storm."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from deploy.local.databases import ServiceDatabase
from tests.services.enrolment.house import House, house_on


@pytest.fixture
def house(provision: Callable[[str], ServiceDatabase]) -> Iterator[House]:
    """Enrolment on a database of its own."""
    with house_on(provision("services.enrolment")) as opened:
        yield opened
