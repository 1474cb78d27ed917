"""The worker of accounts: rolls the signing keys over."""

from __future__ import annotations

import os
import sys

from chassis.observability import configure_logging
from chassis.settings import SettingsError
from chassis.worker import Task, run_worker
from services.accounts.key_keeper import ensure_signing_key, look_after_keys
from services.accounts.service import start_service
from services.accounts.settings import read_settings


def main() -> int:
    """Run until told to stop; return the exit code."""
    try:
        settings = read_settings(os.environ)
        configure_logging("accounts-worker", level=settings.log_level)
        service = start_service(settings)
        ensure_signing_key(service)
    except SettingsError as error:
        sys.stderr.write(f"accounts worker: {error}\n")
        return 2
    run_worker(
        [Task("signing-keys", 60.0, lambda: look_after_keys(service))],
        metrics_address=settings.metrics_bind,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
