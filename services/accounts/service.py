"""The parts of accounts, joined once in `app`, `worker` or a command and handed to every call and task."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from chassis.database import Database
from chassis.database_rights import open_guarded
from chassis.journal import Journal
from chassis.rate_limits import Bound
from chassis.sealing import Seal
from chassis.throttle import Throttle
from chassis.transaction import Transactions
from services.accounts.settings import Settings
from services.accounts.storage import JOURNAL, METADATA

TOKENS_TO_ONE_CLIENT = Bound(
    "tokens", 120, 60, counts="tokens that one client is given at one network address"
)
FAILURES_FROM_ONE_ADDRESS = Bound(
    "failed-authentications",
    60,
    60,
    counts="authentications that fail from one network address, whichever clients they name",
)


@dataclass(frozen=True)
class AccountsService:
    """What every call and task of this service works with; `clock` is what throttles count by."""

    settings: Settings
    database: Database
    journal: Journal
    transactions: Transactions
    seal: Seal
    requests: Throttle
    failures: Throttle
    clock: Callable[[], float] = time.monotonic


def start_service(settings: Settings) -> AccountsService:
    """Join the parts for a process that stays; in production, only as a role that cannot rewrite the journal.

    Raises `SettingsError`.
    """
    return open_service(settings, open_guarded(settings, METADATA))


def open_service(settings: Settings, database: Database) -> AccountsService:
    """Join the parts of accounts on a database."""
    return AccountsService(
        settings=settings,
        database=database,
        journal=Journal(database, JOURNAL),
        transactions=Transactions(database),
        seal=Seal(settings.key_encryption_key),
        requests=Throttle(TOKENS_TO_ONE_CLIENT),
        failures=Throttle(FAILURES_FROM_ONE_ADDRESS),
    )


@contextmanager
def opened_service(settings: Settings) -> Iterator[AccountsService]:
    """Join the parts for one command, and close their connections after it."""
    house = open_service(settings, Database(settings.database_url))
    try:
        yield house
    finally:
        house.database.dispose()
