"""The parts of accounts, joined once in `app`, `worker` or a command and handed to every call and task."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from chassis.database import Database
from chassis.database_rights import open_guarded
from chassis.journal import Journal
from chassis.password_hashing import PasswordHashes
from chassis.sealing import Seal
from chassis.throttle import Rate, Throttle
from chassis.transaction import Transactions
from services.accounts.cards import Cards
from services.accounts.settings import Settings
from services.accounts.storage import JOURNAL, METADATA
from services.accounts.storage.people.digests import Digests
from services.accounts.use_cases.people.bounds import Bounds
from services.accounts.use_cases.people.people import People

TOKENS_TO_ONE_CLIENT = Rate(120, 60.0)
"""Tokens that one client is given at one address."""

FAILURES_FROM_ONE_ADDRESS = Rate(60, 60.0)
"""Failed authentications from one address, whichever clients they name."""


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
    people: People
    bounds: Bounds
    cards: Cards
    clock: Callable[[], float] = time.monotonic


def start_service(settings: Settings) -> AccountsService:
    """Join the parts for a process that stays; in production, only as a role that cannot rewrite the journal.

    Raises `SettingsError`.
    """
    return open_service(settings, open_guarded(settings, METADATA))


def open_service(settings: Settings, database: Database) -> AccountsService:
    """Join the parts of accounts on a database."""
    journal, seal = Journal(database, JOURNAL), Seal(settings.key_encryption_key)
    digests = Digests(settings.fingerprint_key)
    return AccountsService(
        settings=settings,
        database=database,
        journal=journal,
        transactions=Transactions(database),
        seal=seal,
        requests=Throttle(TOKENS_TO_ONE_CLIENT),
        failures=Throttle(FAILURES_FROM_ONE_ADDRESS),
        people=People(database, journal, seal, digests, PasswordHashes()),
        bounds=Bounds(),
        cards=Cards(settings.enrolment_url),
    )


@contextmanager
def opened_service(settings: Settings) -> Iterator[AccountsService]:
    """Join the parts for one command, and close their connections after it."""
    house = open_service(settings, Database(settings.database_url))
    try:
        yield house
    finally:
        house.database.dispose()
