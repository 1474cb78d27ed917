"""The catalogue's parts, joined once in `app` and handed to every call."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.database import Database
from chassis.idempotency import StoredAnswers
from chassis.journal import Journal
from chassis.transaction import Transactions
from services.catalog.storage.tables import JOURNAL, STORED_ANSWER


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
