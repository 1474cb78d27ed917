"""The worker of accounts: rolls the signing keys over."""

from __future__ import annotations

import sys

from chassis.worker import Task, work_for
from services.accounts.key_keeper import ensure_signing_key, look_after_keys
from services.accounts.service import start_service
from services.accounts.settings import Settings, read_settings


def main() -> int:
    """Run until told to stop; return the exit code."""
    return work_for("accounts", read_settings, start_tasks)


def start_tasks(settings: Settings) -> list[Task]:
    """List what the worker does again and again, once there is a key to sign with. Raises `SettingsError`."""
    service = start_service(settings)
    ensure_signing_key(service)
    return [Task("signing-keys", 60.0, lambda: look_after_keys(service))]


if __name__ == "__main__":
    sys.exit(main())
