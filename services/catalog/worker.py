"""The process beside the catalogue's web process: it follows the seats held and clears away what is old."""

from __future__ import annotations

import os
import sys
from datetime import timedelta

from chassis.clock import utc_now
from chassis.http_client import ServiceClient
from chassis.idempotency import KEPT_FOR
from chassis.identifiers import random_reference
from chassis.observability import configure_logging
from chassis.settings import SettingsError
from chassis.system_token import SystemToken
from chassis.worker import Task, run_worker
from services.catalog.followers.seats import SeatsFollower
from services.catalog.service import CatalogService, start_service
from services.catalog.settings import read_settings, read_worker_settings
from services.catalog.storage.writing import Author, Writing
from services.catalog.use_cases.close_classes import close_left_classes
from vocabulary.roles import SYSTEM

SEATS_EVERY = 0.5
CLOSE_EVERY = 30.0
PURGE_EVERY = timedelta(minutes=10).total_seconds()


def purge_stored_answers(service: CatalogService) -> int:
    """Forget stored answers past their time; return how many."""
    before = utc_now() - KEPT_FOR
    return service.transactions.run(
        lambda connection: service.stored_answers.purge(connection, before=before), repeatable=True
    )


def close_classes_left_open(service: CatalogService) -> int:
    """Close classes of archived courses that archiving could not close at once; return how many."""
    author = Author("catalog-worker", SYSTEM, random_reference())
    return service.transactions.run(
        lambda connection: close_left_classes(
            Writing(connection, database=service.database, journal=service.journal, author=author)
        ),
        repeatable=True,
    )


def main() -> int:
    """Run until told to stop; return the exit code."""
    try:
        settings = read_settings(os.environ)
        own = read_worker_settings(os.environ)
        configure_logging("catalog-worker", level=settings.log_level)
        service = start_service(settings)
    except SettingsError as error:
        sys.stderr.write(f"catalog worker: {error}\n")
        return 2
    seats = SeatsFollower(
        client=ServiceClient(own.enrolment_url),
        token=SystemToken(
            ServiceClient(own.accounts_url),
            client_id=own.client_id,
            client_secret=own.client_secret,
        ),
        transactions=service.transactions,
    )
    run_worker(
        [
            Task("enrolment-seats", SEATS_EVERY, seats.catch_up),
            Task("close-classes", CLOSE_EVERY, lambda: close_classes_left_open(service)),
            Task("purge-stored-answers", PURGE_EVERY, lambda: purge_stored_answers(service)),
        ],
        metrics_address=own.metrics_address,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
