"""The catalogue's worker: follows the seats held, copies the scheduled rules, keeps the search index, closes what
archiving left open, forgets stored answers.
"""

from __future__ import annotations

import sys
from pathlib import Path

from chassis.http_client import ServiceClient
from chassis.idempotency import PURGED_EVERY
from chassis.identifiers import random_reference
from chassis.settings import SettingsError
from chassis.system_token import SystemToken
from chassis.worker import Task, work_for
from services.catalog.followers.rules import RulesFollower
from services.catalog.followers.search import SearchFollower
from services.catalog.followers.seats import SeatsFollower
from services.catalog.search.failures import IndexKeptElsewhere
from services.catalog.service import CatalogService, start_service
from services.catalog.settings import WorkerSettings, read_worker_settings
from services.catalog.use_cases.close_classes import close_left_classes
from services.catalog.use_cases.shared.writing import Author
from vocabulary.roles import SYSTEM

RULES_READ_EVERY = 10.0
"""Seconds; much less than the hour by which a version is settled before it takes effect."""


def main() -> int:
    """Run until told to stop; return the exit code."""
    return work_for("catalog", read_worker_settings, start_tasks)


def start_tasks(settings: WorkerSettings) -> list[Task]:
    """Open what the worker works with, and list what it does again and again.

    Raises `SettingsError` as `start_service` does.
    """
    service = start_service(settings)
    token = SystemToken.of(settings)
    seats = SeatsFollower(
        client=ServiceClient(settings.enrolment_url, another_token=token.instead_of),
        token=token,
        transactions=service.transactions,
    )
    rules = RulesFollower(
        client=ServiceClient(settings.enrolment_url, another_token=token.instead_of),
        token=token,
        transactions=service.transactions,
        rules=service.rules,
    )
    search = SearchFollower(
        folder=settings.search_index,
        journal=service.journal,
        transactions=service.transactions,
        builders=settings.index_builders,
    )
    return [
        Task("enrolment-seats", 0.5, seats.catch_up),
        Task("rules", RULES_READ_EVERY, rules.catch_up),
        Task("search-index", 0.2, lambda: keep_index(search, settings.search_index)),
        Task("close-classes", 30.0, lambda: close_classes_left_open(service)),
        Task("stored-answers", PURGED_EVERY, service.transactions.forget_old_answers),
    ]


def keep_index(search: SearchFollower, folder: Path) -> int:
    """Bring the search index up to date; return how many courses were looked at.

    Raises `SettingsError` while another worker keeps the same folder. Once that one has ended, this one goes on.
    """
    try:
        return search.catch_up()
    except IndexKeptElsewhere as error:
        raise SettingsError(
            f"SEARCH_INDEX {folder} is kept by another worker; a catalogue has one worker, and a folder of its own"
        ) from error


def close_classes_left_open(service: CatalogService) -> int:
    """Close classes of archived courses that archiving could not close at once; return how many."""
    author = Author("catalog-worker", SYSTEM, random_reference())
    return service.transactions.run(
        lambda connection: close_left_classes(service.writing(connection, author)),
        repeatable=True,
    )


if __name__ == "__main__":
    sys.exit(main())
