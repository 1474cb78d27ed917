"""The command that follows the catalogue again says in one line what it did, or why it did nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from deploy.local.databases import ServiceDatabase
from tests.services.enrolment.accounts import accounts
from tests.services.enrolment.followers.catalogue import (
    Catalogue,
)
from tests.services.enrolment.followers.following import follower_of, published, seats
from tests.services.enrolment.house import WORKER_VARIABLES, House


@contextmanager
def environment(house: House, catalogue: Catalogue) -> Iterator[dict[str, str]]:
    with accounts() as accounts_address:
        yield {
            **os.environ,
            **WORKER_VARIABLES,
            "DATABASE_URL": house.places.application,
            "ACCOUNTS_URL": accounts_address,
            "CATALOG_URL": catalogue.address,
        }


def command(variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-m", "services.enrolment.follow_again"]
    return subprocess.run(program, env=variables, capture_output=True, text=True, check=False)


def test_the_command_says_in_one_line_what_it_did(
    house: House, catalogue: Catalogue, restored: Catalogue
) -> None:
    kept, lost = published(catalogue, 2)
    follower_of(house, catalogue.client).catch_up()
    restored.tell(("published", kept))
    with environment(house, restored) as variables:
        done = command(variables)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "followed the catalogue to position 1: 1 classes told of, 1 no longer known and now unlisted\n"
    )
    assert seats(house, lost.class_id)["status"] == "unlisted"


def test_the_command_says_in_one_line_why_it_did_nothing(
    house: House, catalogue: Catalogue, restored: Catalogue
) -> None:
    published(catalogue, 1)
    follower_of(house, catalogue.client).catch_up()
    before = house.tables()
    with environment(house, restored) as variables:
        empty = command(variables)
        restored.go_away()
        away = command(variables)
        unset = command({**variables, "CATALOG_URL": ""})
    assert [done.returncode for done in (empty, away, unset)] == [1, 1, 2]
    assert empty.stderr.startswith("follow_again: the catalogue tells of no class at all")
    assert away.stderr.startswith("follow_again: the catalogue or accounts cannot be reached")
    assert unset.stderr == "follow_again: CATALOG_URL is not set\n"
    assert {len(done.stderr.splitlines()) for done in (empty, away, unset)} == {1}
    assert house.tables() == before


def test_the_command_says_in_one_line_that_its_database_is_of_no_use(
    house: House, catalogue: Catalogue, empty_database: ServiceDatabase
) -> None:
    with environment(house, catalogue) as variables:
        unreachable = command(
            {**variables, "DATABASE_URL": "postgresql+psycopg://u:p@127.0.0.1:9/d"}
        )
        unmigrated = command({**variables, "DATABASE_URL": empty_database.application})
    for done in (unreachable, unmigrated):
        assert (done.returncode, done.stdout) == (1, "")
        assert len(done.stderr.splitlines()) == 1
        assert done.stderr.startswith("follow_again: the database ")
        assert "u:p" not in done.stderr
