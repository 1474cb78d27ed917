"""The catalogue's parts, joined once in `app` or `worker` and handed to every call and task."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import sqlalchemy as sa

from chassis.database import Database
from chassis.database_rights import open_guarded
from chassis.idempotency import StoredAnswers
from chassis.journal import Journal
from chassis.rate_limits import Bound
from chassis.settings import SettingsError
from chassis.throttle import Throttle
from chassis.transaction import Transactions
from services.catalog.queries.class_lists import ClassLists
from services.catalog.queries.course_search import CourseSearch
from services.catalog.search.reading import SearchIndex
from services.catalog.settings import Settings
from services.catalog.storage.rules import RuleCopies
from services.catalog.storage.tables import JOURNAL, METADATA, STORED_ANSWER
from services.catalog.use_cases.shared.writing import Author, Writing
from vocabulary.rule_book import RuleBookFaulty, shipped_rules

APPLICATIONS_FROM_ONE_ADDRESS = Bound(
    "provider-applications",
    20,
    3_600,
    counts="applications of institutions from one network address; an operator's are not counted",
)
"""Anybody may apply: twenty at once, then one every three minutes. The journal keeps each for ever."""


@dataclass(frozen=True)
class CatalogService:
    """What the catalogue's calls and tasks work with.

    `rules` are those of every day; `search` finds published courses, `class_lists` writes lists of classes; `clock` is
    what throttles count by.
    """

    database: Database
    journal: Journal
    transactions: Transactions
    rules: RuleCopies
    search: CourseSearch
    class_lists: ClassLists
    applications: Throttle = field(default_factory=lambda: Throttle(APPLICATIONS_FROM_ONE_ADDRESS))
    clock: Callable[[], float] = time.monotonic

    def writing(self, connection: sa.Connection, author: Author) -> Writing:
        """Return what a use case works in: an open transaction, on behalf of an author."""
        return Writing(
            connection,
            database=self.database,
            journal=self.journal,
            rules=self.rules,
            author=author,
        )


def start_service(settings: Settings) -> CatalogService:
    """Join the parts for a process that stays; in production, only as a role that cannot rewrite the journal.

    Raises `SettingsError`, also as `open_service` does.
    """
    return open_service(settings, open_guarded("services.catalog", settings, METADATA))


def open_service(settings: Settings, database: Database) -> CatalogService:
    """Join the catalogue's parts on a database.

    Raises `SettingsError` where the rules that are shipped leave a gap, overlap or are not whole.
    """
    try:
        rules = RuleCopies(shipped_rules())
    except RuleBookFaulty as error:
        raise SettingsError(f"The rules cannot be used. {error}") from error
    return CatalogService(
        database=database,
        journal=Journal(database, JOURNAL),
        transactions=Transactions(database, StoredAnswers(database, STORED_ANSWER)),
        rules=rules,
        search=CourseSearch(SearchIndex(settings.search_index)),
        class_lists=ClassLists(database),
    )
