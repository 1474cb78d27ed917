"""Enrolment's worker: follows the catalogue, and forgets stored answers that are old enough."""

from __future__ import annotations

import sys

import sqlalchemy as sa

from chassis.idempotency import KEPT_FOR, PURGED_AT_ONCE
from chassis.observability import configure_logging
from chassis.settings import SettingsError
from chassis.transaction import Transactions
from chassis.worker import Task, run_worker
from services.enrolment.followers.catalogue import catalogue_follower
from services.enrolment.service import open_catalogue_feed, open_database
from services.enrolment.settings import read_settings
from services.enrolment.storage.stores import open_stored_answers, open_stores


def main() -> int:
    """Run until told to stop; return the exit code."""
    try:
        settings = read_settings()
        configure_logging("enrolment-worker", level=settings.log_level)
        database = open_database(settings, pool_size=2)
    except SettingsError as error:
        sys.stderr.write(f"enrolment worker: {error}\n")
        return 2
    stores = open_stores(
        database,
        personal_data_key=settings.personal_data_key,
        fingerprint_key=settings.fingerprint_key,
    )
    answers = open_stored_answers(database, personal_data_key=settings.personal_data_key)
    transactions = Transactions(database, answers)
    follower = catalogue_follower(
        feed=open_catalogue_feed(settings), transactions=transactions, classes=stores.classes
    )

    def purge() -> None:
        def forget(connection: sa.Connection) -> int:
            return answers.purge(connection, before=database.now(connection) - KEPT_FOR)

        while transactions.run(forget, repeatable=True) == PURGED_AT_ONCE:
            pass

    run_worker(
        [Task("catalog", 0.25, follower.catch_up), Task("purge", 60.0, purge)],
        metrics_address=settings.metrics_bind,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
