"""The parts of this service, joined once per process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from chassis.database import Database
from chassis.database_rights import open_guarded
from chassis.idempotency import StoredAnswers
from chassis.journal import Journal
from chassis.sealing import Seal
from chassis.throttle import Rate, Throttle
from chassis.transaction import Transactions
from services.accounts.settings import Settings
from services.accounts.storage import JOURNAL, METADATA, STORED_ANSWER

TOKENS_TO_ONE_CLIENT = Rate(120, 60.0)
"""Tokens that one client is given at one address."""

FAILURES_FROM_ONE_ADDRESS = Rate(60, 60.0)
"""Failed authentications from one address, whichever clients they name."""


@dataclass(frozen=True)
class Accounts:
    """What every call and task of this service works with; `clock` is what throttles count by."""

    settings: Settings
    database: Database
    journal: Journal
    stored_answers: StoredAnswers
    transactions: Transactions
    seal: Seal
    requests: Throttle
    failures: Throttle
    clock: Callable[[], float] = time.monotonic


def build_accounts(settings: Settings) -> Accounts:
    """Join the parts; nothing is connected yet."""
    database = Database(settings.database_url)
    stored_answers = StoredAnswers(database, STORED_ANSWER)
    return Accounts(
        settings=settings,
        database=database,
        journal=Journal(database, JOURNAL),
        stored_answers=stored_answers,
        transactions=Transactions(database, stored_answers),
        seal=Seal(settings.key_encryption_key),
        requests=Throttle(TOKENS_TO_ONE_CLIENT),
        failures=Throttle(FAILURES_FROM_ONE_ADDRESS),
    )


def start_accounts(settings: Settings) -> Accounts:
    """Join the parts for a process that stays; in production, see first that its role cannot rewrite the journal.

    Raises `SettingsError`.
    """
    house = build_accounts(settings)
    open_guarded(house.database, METADATA, development=settings.is_development)
    return house


@contextmanager
def opened_accounts(settings: Settings) -> Iterator[Accounts]:
    """Join the parts for one command, and close their connections after it."""
    house = build_accounts(settings)
    try:
        yield house
    finally:
        house.database.dispose()
