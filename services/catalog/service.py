"""The catalogue's parts, joined once in `app` and handed to every call."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.database import Database
from chassis.database_rights import open_guarded
from chassis.idempotency import StoredAnswers
from chassis.journal import Journal
from chassis.transaction import Transactions
from services.catalog.settings import CatalogSettings
from services.catalog.storage.tables import JOURNAL, METADATA, STORED_ANSWER


@dataclass(frozen=True)
class CatalogService:
    """What the catalogue's calls work with. `most_price` is the most a course may cost, in rupiah."""

    database: Database
    journal: Journal
    stored_answers: StoredAnswers
    transactions: Transactions
    most_price: int


def open_service(database: Database, *, most_price: int) -> CatalogService:
    """Join the catalogue's parts on a database."""
    stored_answers = StoredAnswers(database, STORED_ANSWER)
    return CatalogService(
        database=database,
        journal=Journal(database, JOURNAL),
        stored_answers=stored_answers,
        transactions=Transactions(database, stored_answers),
        most_price=most_price,
    )


def start_service(settings: CatalogSettings) -> CatalogService:
    """Join the parts for a process that stays; in production, see first that its role cannot rewrite the journal.

    Raises `SettingsError`.
    """
    database = Database(settings.database_url, pool_size=settings.pool_size)
    open_guarded(database, METADATA, development=settings.is_development)
    return open_service(database, most_price=settings.most_price)
