"""The parts of accounts, joined once in `app`, `worker` or a command and handed to every call and task."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa

from chassis.database import Database
from chassis.database_rights import open_guarded
from chassis.idempotency import StoredAnswers
from chassis.identity import TokenVerifier
from chassis.issuer_keys import PublishedKeys
from chassis.journal import Journal
from chassis.password_hashing import PasswordHashes
from chassis.rate_limits import Bound
from chassis.sealing import Seal
from chassis.settings import SettingsError
from chassis.throttle import Throttle
from chassis.transaction import Transactions
from services.accounts.cards import Cards
from services.accounts.queries.published_keys import jwk_set
from services.accounts.settings import Settings
from services.accounts.storage import JOURNAL, METADATA, STORED_ANSWER
from services.accounts.storage.people.accounts import names_fit
from services.accounts.storage.people.digests import Digests
from services.accounts.use_cases.authorization.protocol.desk import Desk
from services.accounts.use_cases.people.bounds import Bounds
from services.accounts.use_cases.people.people import People

TOKENS_TO_ONE_CLIENT = Bound(
    "tokens", 120, 60, counts="tokens that one client is given at one network address"
)
FAILURES_FROM_ONE_ADDRESS = Bound(
    "failed-authentications",
    60,
    60,
    counts="authentications that fail from one network address, whichever clients they name",
)
INVITATIONS_OF_ONE = Bound(
    "invitations", 60, 3_600, counts="invitations that one member of staff sends"
)
RECOVERIES_OF_ONE = Bound("recoveries", 30, 3_600, counts="recoveries that one officer starts")


@dataclass(frozen=True)
class AccountsService:
    """What every call and task of this service works with; `clock` is what throttles count by."""

    settings: Settings
    database: Database
    journal: Journal
    transactions: Transactions
    seal: Seal
    verifier: TokenVerifier
    requests: Throttle
    failures: Throttle
    invitations: Throttle
    recoveries: Throttle
    people: People
    bounds: Bounds
    cards: Cards
    clock: Callable[[], float] = time.monotonic

    def desk(self, connection: sa.Connection, *, request_id: str) -> Desk:
        """Return what one transaction gives or takes back tokens with."""
        return Desk(
            connection=connection,
            database=self.database,
            journal=self.journal,
            seal=self.seal,
            issuer=self.settings.token_issuer,
            audience=self.settings.token_audience,
            request_id=request_id,
            now=self.database.now(connection),
        )


def start_service(settings: Settings) -> AccountsService:
    """Join the parts for a process that stays; in production, only as a role that cannot rewrite the journal.

    Raises `SettingsError`.
    """
    house = open_service(settings, open_guarded("services.accounts", settings, METADATA))
    refuse_other_keys(house)
    return house


def refuse_other_keys(house: AccountsService) -> None:
    """Raise `SettingsError` where the names in the database were not kept under this FINGERPRINT_KEY.

    Looks at one of the staff, whose address is sealed beside the name it is found under; a database that is away or has
    no tables yet is told by readiness, once it is asked.
    """
    try:
        with house.database.reading() as connection:
            fit = names_fit(connection, house.seal, house.people.digests)
    except sa.exc.SQLAlchemyError:
        return
    if not fit:
        house.database.dispose()
        raise SettingsError(
            "KEY_ENCRYPTION_KEY or FINGERPRINT_KEY is not the one that the people in the database are kept under;"
            " start with the keys of that time"
        )


def open_service(settings: Settings, database: Database) -> AccountsService:
    """Join the parts of accounts on a database."""
    journal, seal = Journal(database, JOURNAL), Seal(settings.key_encryption_key)
    digests = Digests(settings.fingerprint_key)
    return AccountsService(
        settings=settings,
        database=database,
        journal=journal,
        transactions=Transactions(database, StoredAnswers(database, STORED_ANSWER, seal=seal)),
        seal=seal,
        verifier=_own_verifier(settings, database),
        requests=Throttle(TOKENS_TO_ONE_CLIENT),
        failures=Throttle(FAILURES_FROM_ONE_ADDRESS),
        invitations=Throttle(INVITATIONS_OF_ONE),
        recoveries=Throttle(RECOVERIES_OF_ONE),
        people=People(database, journal, seal, digests, PasswordHashes()),
        bounds=Bounds(),
        cards=Cards(settings.enrolment_url),
    )


def _own_verifier(settings: Settings, database: Database) -> TokenVerifier:
    """Return what verifies our own tokens, with the keys as they stand in the database."""

    def fetch() -> Mapping[str, object]:
        with database.reading() as connection:
            return jwk_set(connection, database)

    return TokenVerifier(
        issuer=settings.token_issuer, audience=settings.token_audience, keys=PublishedKeys(fetch)
    )


@contextmanager
def opened_service(settings: Settings) -> Iterator[AccountsService]:
    """Join the parts for one command, and close their connections after it. Raises `SettingsError` as above."""
    house = open_service(settings, Database(settings.database_url))
    try:
        refuse_other_keys(house)
        yield house
    finally:
        house.database.dispose()
