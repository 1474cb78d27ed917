"""The catalogue's journal, told by its own rules and served over HTTP by the feed it really has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from chassis.clock import utc_now
from chassis.database import Database
from chassis.feed import feed_endpoints
from chassis.http_client import ServiceClient
from chassis.idempotency import StoredAnswers
from chassis.identifiers import new_id
from chassis.journal import Journal
from chassis.transaction import Transactions
from chassis.web import build_app
from services.catalog.domain.class_plans import ClassPlan
from services.catalog.domain.classes import TrainingClass
from services.catalog.domain.courses import Mode, Track
from services.catalog.domain.happenings import Happening, class_happening, provider_happening
from services.catalog.domain.meetings import Meeting
from services.catalog.domain.providers import Provider, ProviderKind, ProviderStatus
from services.catalog.storage.rules import RuleCopies
from services.catalog.storage.tables import JOURNAL, STORED_ANSWER
from services.catalog.use_cases.shared.writing import Author, Writing
from tests.served import served
from tests.tokens import verifier
from vocabulary.rule_book import shipped_rules
from vocabulary.zones import ZONES

DAY = timedelta(days=1)
REASON = "Dugaan kecurangan"
AUTHOR = Author("provider:wati", "provider", "request-1")


def class_on_offer(**plan: Any) -> TrainingClass:
    """Make an online class of two seats that is open for registration; `plan` changes what its provider says."""
    now = utc_now().replace(microsecond=0)
    starts = [now + 10 * DAY, now + 11 * DAY]
    usual = ClassPlan(
        mode=Mode.ONLINE,
        price=700_000,
        seats=2,
        trainers=1,
        zone=ZONES["Asia/Makassar"],
        link="https://kelas.example/1",
        venue=None,
        regency=None,
        regions=(),
        registration_opens=now - DAY,
        registration_closes=now + 5 * DAY,
        meetings=tuple(
            Meeting(number, start, start + timedelta(hours=3))
            for number, start in enumerate(starts, start=1)
        ),
    )
    return TrainingClass(
        class_id=new_id(),
        course_id=new_id(),
        course_title="Pengelasan SMAW 3G",
        provider_id=new_id(),
        provider_name="BLK Contoh",
        track=Track.SKILLING,
        hours=40,
        course_price=1_500_000,
        plan=replace(usual, **plan),
    )


def changed(training_class: TrainingClass, **plan: Any) -> TrainingClass:
    """Change what the provider says of a class."""
    return replace(training_class, plan=replace(training_class.plan, **plan))


@dataclass(frozen=True)
class HasJournal:
    """What the feed is served from."""

    database: Database
    journal: Journal


class Catalogue:
    """The catalogue as far as it can be followed; `address` stays while nobody listens there."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._journal = Journal(database, JOURNAL)
        self._transactions = Transactions(database, StoredAnswers(database, STORED_ANSWER))
        self._port = 0
        self._listening = ExitStack()
        self.come_back()

    @property
    def client(self) -> ServiceClient:
        """A client of it."""
        return ServiceClient(self.address)

    def tell(self, *happenings: tuple[str, TrainingClass]) -> None:
        """Append what happened to classes: `published`, `changed`, `closed` or `cancelled`."""
        self.append([class_happening(verb, about) for verb, about in happenings])

    def decide(self, decision: str, *provider_ids: str) -> None:
        """Append the decision on providers: `approved` or `suspended`, for a reason that is for insiders only."""
        self.append(
            [
                provider_happening(
                    decision,
                    Provider(
                        provider_id,
                        "BLK Contoh",
                        ProviderKind.BLK,
                        "17.71",
                        None,
                        ProviderStatus(decision),
                        REASON,
                    ),
                )
                for provider_id in provider_ids
            ]
        )

    def append(self, happenings: Sequence[Happening]) -> None:
        """Append happenings as the catalogue's use cases do."""
        self._transactions.run(
            lambda connection: Writing(
                connection,
                database=self._database,
                journal=self._journal,
                rules=RuleCopies(shipped_rules()),
                author=AUTHOR,
            ).tell(happenings)
        )

    def go_away(self) -> None:
        """Stop listening."""
        self._listening.close()

    def come_back(self) -> None:
        """Listen again, at the same address."""
        app = build_app(
            "catalog",
            endpoints=feed_endpoints(allow=("system",)),
            house=HasJournal(self._database, self._journal),
            verifier=verifier(),
            checks={},
        )
        self.address = self._listening.enter_context(served(app, port=self._port))
        self._port = int(self.address.rpartition(":")[2])


@contextmanager
def catalogue_on(address: str) -> Iterator[Catalogue]:
    """Serve the catalogue's journal on a database until the block ends."""
    database = Database(address)
    catalogue = Catalogue(database)
    try:
        yield catalogue
    finally:
        catalogue.go_away()
        database.dispose()
