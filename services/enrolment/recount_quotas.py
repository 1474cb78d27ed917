"""Count anew how many cards hold places of quotas: `python -m services.enrolment.recount_quotas`.

For after an update from a release that did not know quotas: what its processes awarded while they ran beside the new
ones is not counted yet. It needs the worker's environment; everything may go on meanwhile, but nobody is admitted to a
wave while it is counted. Doing it again changes nothing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from chassis.command import exit_code
from chassis.observability import configure_logging
from services.enrolment.service import open_database, open_storage
from services.enrolment.settings import WorkerSettings, read_worker_settings
from services.enrolment.use_cases.programme.recount_quotas import recount_quotas


def recount(settings: WorkerSettings) -> int:
    """Count every quota anew, wave by wave, and return how many were wrong. Raises `SettingsError`, `Problem`."""
    database = open_database(settings, pool_size=1)
    try:
        stores, transactions = open_storage(settings, database)
        with database.reading() as connection:
            waves = stores.quotas.waves(connection)
        return sum(
            transactions.run(
                lambda connection, wave_id=wave_id: recount_quotas(  # type: ignore[misc]
                    connection, wave_id, stores=stores
                ),
                repeatable=True,
            )
            for wave_id in (None, *waves)
        )
    finally:
        database.dispose()


def main(variables: Mapping[str, str]) -> int:
    """Count anew, say in one line what was wrong, and return the exit code."""

    def command() -> None:
        settings = read_worker_settings(variables)
        configure_logging("enrolment-recount-quotas", level=settings.log_level)
        wrong = recount(settings)
        sys.stdout.write(f"quotas whose places were counted wrong and now are right: {wrong}\n")

    return exit_code("recount_quotas", command)


if __name__ == "__main__":
    sys.exit(main(os.environ))
