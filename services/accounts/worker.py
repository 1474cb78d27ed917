"""The worker: `python -m services.accounts.worker`. Rolls signing keys over and forgets old stored answers."""

from __future__ import annotations

import os
import sys

from chassis.idempotency import KEPT_FOR
from chassis.observability import configure_logging
from chassis.settings import SettingsError
from chassis.worker import Task, run_worker
from services.accounts.key_keeper import ensure_signing_key, look_after_keys
from services.accounts.service import Accounts, start_accounts
from services.accounts.settings import read_settings

BETWEEN_ROUNDS = 60.0


def purge_stored_answers(house: Accounts) -> None:
    """Forget the stored answers whose time has passed."""
    house.transactions.run(
        lambda connection: house.stored_answers.purge(
            connection, before=house.database.now(connection) - KEPT_FOR
        ),
        repeatable=True,
    )


def main() -> None:
    """Run until told to stop."""
    try:
        settings = read_settings(os.environ)
        configure_logging("accounts-worker", level=settings.log_level)
        house = start_accounts(settings)
        ensure_signing_key(house)
    except SettingsError as error:
        sys.exit(f"accounts worker: {error}")
    run_worker(
        [
            Task("signing-keys", BETWEEN_ROUNDS, lambda: look_after_keys(house)),
            Task("stored-answers", BETWEEN_ROUNDS, lambda: purge_stored_answers(house)),
        ],
        metrics_address=settings.metrics_address,
    )


if __name__ == "__main__":
    main()
