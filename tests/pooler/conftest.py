"""Tests that need a real PgBouncer: `make test-pooler` runs them, on a machine that has one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.databases import PASSWORD, new_folder_for_server
from tests.pgbouncer import THROUGH_POOLER, OpenPooler, Pooler, pgbouncer

collect_ignore_glob = [] if THROUGH_POOLER else ["test_*.py"]

ROLES = ("chassis_app", "accounts_app", "catalog_app", "enrolment_app")


@pytest.fixture(scope="session")
def pooler_with(postgres_server: str) -> OpenPooler:
    """`pooler_with(default_pool_size=1)` runs a PgBouncer of its own before the tests' server, or another `server`."""

    @contextmanager
    def run(*, server: str = postgres_server, **settings: object) -> Iterator[Pooler]:
        with (
            new_folder_for_server() as folder,
            pgbouncer(folder, server, roles=ROLES, password=PASSWORD, **settings) as pooler,
        ):
            yield pooler

    return run


@pytest.fixture
def one_connection(pooler_with: OpenPooler) -> Iterator[Pooler]:
    """A PgBouncer whose clients have one connection to each service's database between them."""
    with pooler_with(default_pool_size=1) as pooler:
        yield pooler
