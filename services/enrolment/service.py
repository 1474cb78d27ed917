"""Enrolment's parts, joined once in `app` or `worker` and handed to every call and task."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import sqlalchemy as sa

from chassis.database import Database
from chassis.database_rights import open_guarded
from chassis.feed_client import Feed
from chassis.group_commit import GroupCommit
from chassis.http_client import ServiceClient
from chassis.journal import Journal
from chassis.rate_limits import Bound
from chassis.settings import SettingsError
from chassis.system_token import SystemToken
from chassis.throttle import Throttle
from chassis.transaction import Transactions
from services.enrolment.domain.seats.enrol_command import EnrolCommand
from services.enrolment.settings import Settings, WorkerSettings
from services.enrolment.storage.stores import Stores, open_stores
from services.enrolment.storage.tables.metadata import METADATA
from services.enrolment.use_cases.seats.enrol import EnrolHandler
from services.enrolment.use_cases.shared.catalogue_lag import CATALOGUE
from vocabulary.rule_book import RuleBookFaulty

LOOKUPS_OF_ONE_CALLER = Bound(
    "card-lookups",
    60,
    300,
    counts="cards that one credential looks up; what names a card or a person and is refused is one of them",
)
"""Sixty at once, then one every five seconds."""

FILES_AT_ONCE = 2
"""Files of candidates that a process receives at once: each takes one of its threads for as long as it comes."""


@dataclass(frozen=True)
class EnrolmentService:
    """What enrolment's calls work with; `clock` is what throttles count by."""

    stores: Stores
    transactions: Transactions
    enrolments: GroupCommit[EnrolCommand]
    code_key: bytes = field(repr=False)
    takes_test_numbers: bool = False
    """Whether people may be admitted under a NIK with serial 0000, which is issued to nobody."""

    lookups: Throttle = field(default_factory=lambda: Throttle(LOOKUPS_OF_ONE_CALLER))
    clock: Callable[[], float] = time.monotonic
    receiving: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(FILES_AT_ONCE)
    )

    @property
    def database(self) -> Database:
        """Return the service's database."""
        return self.stores.database

    @property
    def journal(self) -> Journal:
        """Return the service's journal."""
        return self.stores.journal

    def close(self) -> None:
        """Settle the enrolments that wait, then close every connection."""
        self.enrolments.close()
        self.database.dispose()


def open_database(settings: Settings, *, pool_size: int | None = None) -> Database:
    """Open the database for a process that stays; in production, only as a role that cannot rewrite the journal.

    Raises `SettingsError`.
    """
    return open_guarded("services.enrolment", settings, METADATA, pool_size=pool_size)


def start_service(settings: Settings) -> EnrolmentService:
    """Join the parts for a process that stays.

    Raises `SettingsError` as `open_database` and `refuse_other_keys` do.
    """
    service = open_service(settings, open_database(settings))
    refuse_other_keys(service.stores)
    return service


def refuse_other_keys(stores: Stores) -> None:
    """Raise `SettingsError` where the keys are not those that the people in the database are kept under.

    A database that is away or has no tables yet is told by readiness, once it is asked.
    """
    try:
        with stores.database.reading() as connection:
            fit = stores.keys_fit(connection)
    except sa.exc.SQLAlchemyError:
        return
    if not fit:
        stores.database.dispose()
        raise SettingsError(
            "PERSONAL_DATA_KEY or FINGERPRINT_KEY is not the one that the people in the database are kept under;"
            " start with the keys of that time"
        )


def open_catalogue_feed(settings: WorkerSettings) -> Feed:
    """Return the catalogue's journal, to be read with enrolment's own credential."""
    token = SystemToken.of(settings)
    client = ServiceClient(settings.catalog_url, another_token=token.instead_of)
    return Feed(source=CATALOGUE, client=client, token=token)


def open_storage(settings: Settings, database: Database) -> tuple[Stores, Transactions]:
    """Open what enrolment keeps on a database, and the transactions that change it.

    Raises `SettingsError` where the rules that are shipped leave a gap, overlap or are not whole.
    """
    try:
        stores = open_stores(
            database,
            personal_data_key=settings.personal_data_key,
            fingerprint_key=settings.fingerprint_key,
        )
    except RuleBookFaulty as error:
        raise SettingsError(f"The rules cannot be used. {error}") from error
    return stores, Transactions(database, stores.answers)


def open_service(settings: Settings, database: Database) -> EnrolmentService:
    """Join the parts of enrolment on a database."""
    stores, transactions = open_storage(settings, database)
    handler = EnrolHandler(stores, code_key=settings.fingerprint_key)
    return EnrolmentService(
        stores=stores,
        transactions=transactions,
        enrolments=GroupCommit(database.apart(), stores.answers, handler),
        code_key=settings.fingerprint_key,
        takes_test_numbers=settings.is_development,
    )
