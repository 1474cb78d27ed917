"""A small service with a journal to export, a few entries at a time."""

from __future__ import annotations

import random

import pytest
from flask.testing import FlaskClient

from chassis import journal_export
from chassis.journal import Entry
from chassis.journal_calls import Code, log_endpoints
from chassis.web import build_app
from tests.chassis.journal_export.exported import (
    CLASSES,
    ENTRIES,
    REGIONS,
    append,
    region_code,
)
from tests.chassis.tally import JOURNAL, TallyHouse
from tests.tokens import verifier


@pytest.fixture(scope="module")
def log(tally: TallyHouse) -> TallyHouse:
    """The small service with entries of several kinds, classes and regions, a minute apart."""
    dice = random.Random(1)
    for number in range(ENTRIES):
        entry = Entry(
            kind="rare-thing"
            if number == ENTRIES - 2
            else dice.choice(["seat-taken", "seat-given"]),
            actor=f"accounts|{number}",
            role="operator",
            request_id=f"request-{number}",
            subjects={"class_id": dice.choice([*CLASSES, None]), "region": dice.choice(REGIONS)},
            body={"number": number, "said": 'Baris "satu",\nbaris dua; é 🎓', "none": None},
            rule_version=dice.choice(["2023-01", None]),
        )
        append(tally, entry, minutes=number)
    return tally


@pytest.fixture(autouse=True)
def short_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a range be short, so that there are many more entries than it holds."""
    monkeypatch.setattr(journal_export, "ROWS_A_RANGE", 7)
    monkeypatch.setattr(journal_export, "WINDOW", 20)


@pytest.fixture
def client(log: TallyHouse) -> FlaskClient:
    return build_app(
        "tally",
        endpoints=log_endpoints(
            "tally", JOURNAL, code=Code(region_code, form={}), allow=("auditor",)
        ),
        house=log,
        verifier=verifier(),
        checks={},
    ).test_client()
