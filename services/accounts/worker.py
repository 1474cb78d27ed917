"""The worker of accounts: rolls keys over, sends messages, follows enrolment, forgets what is old.

From enrolment it reads whom to erase, and what holders are to be told.
"""

from __future__ import annotations

import sys

import sqlalchemy as sa

from chassis.database import Database
from chassis.idempotency import PURGED_EVERY
from chassis.worker import Task, work_for
from services.accounts.followers.enrolment import enrolment_follower
from services.accounts.followers.moved_classes import moved_classes
from services.accounts.key_keeper import ensure_signing_key, look_after_keys
from services.accounts.messaging.senders import sender
from services.accounts.pages.own_token import own_token
from services.accounts.service import AccountsService, start_service
from services.accounts.settings import WorkerSettings, read_worker_settings
from services.accounts.storage.people.old import forget_old
from services.accounts.use_cases.authorization.forget_old_grants import forget_old_grants
from services.accounts.use_cases.people.deliver_messages import deliver_messages

FORGETTING = 600.0
SENDING = 0.5
FOLLOWING = 1.0


def main() -> int:
    """Run until told to stop; return the exit code."""
    return work_for("accounts", read_worker_settings, start_tasks)


def start_tasks(settings: WorkerSettings) -> list[Task]:
    """List what the worker does again and again, once there is a key to sign with. Raises `SettingsError`."""
    service = start_service(settings)
    ensure_signing_key(service)
    send = sender(settings.message_channel)
    enrolment = enrolment_follower(service, lambda: own_token(service))
    moved = moved_classes(service, lambda: own_token(service))
    return [
        Task("signing-keys", 60.0, lambda: look_after_keys(service)),
        Task(
            "messages",
            SENDING,
            lambda: deliver_messages(service.transactions, service.people, send),
        ),
        Task("enrolment", FOLLOWING, enrolment.catch_up),
        Task("moved-classes", FOLLOWING, moved.tell),
        Task("stored-answers", PURGED_EVERY, service.transactions.forget_old_answers),
        Task("forget-old", FORGETTING, lambda: forget(service)),
    ]


def forget(service: AccountsService) -> int:
    """Forget what has ended long ago, in short transactions; return how much."""
    forgotten = 0
    while count := service.transactions.run(
        lambda connection: _forget_some(connection, service.database), repeatable=True
    ):
        forgotten += count
    return forgotten


def _forget_some(connection: sa.Connection, database: Database) -> int:
    of_people = forget_old(connection, now=database.now(connection))
    return of_people + forget_old_grants(connection, database=database)


if __name__ == "__main__":
    sys.exit(main())
