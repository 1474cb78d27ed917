"""Enrolment's worker: follows the catalogue, counts for the reports, settles what was called off or ran out, admits
files of candidates, draws, finds holders who are on exclusion lists, sums up what accounts held, forgets answers.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from datetime import timedelta

from chassis.idempotency import PURGED_EVERY
from chassis.identifiers import random_reference
from chassis.transaction import Transactions
from chassis.worker import Task, in_turn, work_for
from services.enrolment.draw_work import DrawWork
from services.enrolment.exclusion_work import BETWEEN_CHUNKS as BETWEEN_LOOKS
from services.enrolment.exclusion_work import BETWEEN_REMOVALS, ExclusionWork
from services.enrolment.file_work import BETWEEN_CHUNKS, FileWork
from services.enrolment.followers.assistance import assistance_follower
from services.enrolment.followers.catalogue import catalogue_follower
from services.enrolment.followers.realisation import realisation_follower
from services.enrolment.service import (
    open_catalogue_feed,
    open_database,
    open_storage,
    refuse_other_keys,
)
from services.enrolment.settings import WorkerSettings, read_worker_settings
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.learning.note_due_times import note_due_times
from services.enrolment.use_cases.money.settle_day import settle_day
from services.enrolment.use_cases.programme.expire_cards import EXPIRED_AT_ONCE, expire_cards
from services.enrolment.use_cases.seats.cancel_enrolments_of_called_off_class import (
    cancel_enrolments_of_called_off_class,
)
from services.enrolment.waiting_list_work import WaitingListWork

CLASSES_AT_ONCE = 20
EXPIRIES_A_ROUND = 20
DUE_TIMES_A_ROUND = 20
DAYS_A_ROUND = 20
"""Transactions after which other work, and being told to stop, have their turn."""


def main() -> int:
    """Run until told to stop; return the exit code."""
    return work_for("enrolment", read_worker_settings, start_tasks)


def start_tasks(settings: WorkerSettings) -> list[Task]:
    """Open what the worker works with, and list what it does again and again.

    Raises `SettingsError` as `open_database` and `refuse_other_keys` do.
    """
    database = open_database(settings, pool_size=14)
    stores, transactions = open_storage(settings, database)
    refuse_other_keys(stores)
    follower = catalogue_follower(
        feed=open_catalogue_feed(settings), transactions=transactions, stores=stores
    )
    counting = realisation_follower(stores, transactions)
    assisted = assistance_follower(stores, transactions)
    draws = DrawWork(stores, transactions)
    files = FileWork(stores, transactions, takes_test_numbers=settings.is_development)
    exclusions = ExclusionWork(stores, transactions)
    lists = WaitingListWork(stores, transactions, timedelta(hours=settings.offer_hours))
    return [
        Task("catalog", 0.25, follower.catch_up),
        Task("realisation", 0.5, counting.catch_up),
        Task("assistance", 1.0, assisted.catch_up),
        Task("called-off", 1.0, lambda: settle_called_off_classes(stores, transactions), 0.1),
        Task("waiting-lists", 0.5, lists.serve, 0.1),
        Task("due-times", 1.0, lambda: note_missing_due_times(stores, transactions)),
        Task("expiries", 1.0, lambda: expire_due_cards(stores, transactions)),
        Task("account-days", 60.0, lambda: settle_account_days(stores, transactions)),
        Task("stored-answers", PURGED_EVERY, transactions.forget_old_answers),
        Task("admission-files", 0.5, files.admit_some, BETWEEN_CHUNKS),
        Task("draws", 0.5, draws.go_on, BETWEEN_CHUNKS),
        Task("old-admission-files", PURGED_EVERY, files.tidy_up),
        Task("exclusion-lists", 0.5, exclusions.find_some, BETWEEN_LOOKS),
        Task("old-exclusion-lists", PURGED_EVERY, exclusions.tidy_up, BETWEEN_REMOVALS),
    ]


def settle_called_off_classes(stores: Stores, transactions: Transactions) -> int:
    """Cancel live enrolments of all classes that were called off, some of each class; return how many.

    What is left is found in the next round. A class that fails does not keep the others from being settled.
    """
    return in_turn(
        _called_off_classes(stores),
        lambda class_id: settle_called_off_class(class_id, stores, transactions),
    )


def _called_off_classes(stores: Stores) -> Iterator[str]:
    """Read page by page which classes are to be settled; those that fail stay there, and are passed once a round."""
    class_id = ""
    while class_ids := _called_off_after(class_id, stores):
        yield from class_ids
        class_id = class_ids[-1]


def _called_off_after(class_id: str, stores: Stores) -> list[str]:
    with stores.database.reading() as connection:
        return stores.classes.called_off_after(connection, class_id, limit=CLASSES_AT_ONCE)


def expire_due_cards(stores: Stores, transactions: Transactions) -> int:
    """Expire cards whose time has run out, some in each transaction; return how many.

    What is left after `EXPIRIES_A_ROUND` transactions is found in the next round. A wave that fails does not keep the
    others from being settled.
    """
    expired = 0
    failure: Exception | None = None
    failed: set[str] = set()
    for _ in range(EXPIRIES_A_ROUND):
        due = _due_cards(stores, apart_from=failed)
        if not due:
            break
        for wave_id, card_refs in due.items():
            try:
                expired += _expire(wave_id, card_refs, stores, transactions)
            except Exception as error:  # noqa: BLE001 - raised below, after the others had their turn
                failure = failure or error
                failed.add(wave_id)
    if failure is not None:
        raise failure
    return expired


def _due_cards(stores: Stores, *, apart_from: Collection[str]) -> dict[str, list[str]]:
    with stores.database.reading() as connection:
        now = stores.database.now(connection)
        return stores.cards.due(connection, now=now, limit=EXPIRED_AT_ONCE, apart_from=apart_from)


def _expire(wave_id: str, card_refs: list[str], stores: Stores, transactions: Transactions) -> int:
    request_id = random_reference()
    return transactions.run(
        lambda connection: expire_cards(
            connection, wave_id, card_refs, request_id=request_id, stores=stores
        ),
        repeatable=True,
    )


def note_missing_due_times(stores: Stores, transactions: Transactions) -> int:
    """Write down by when who has to act where that is missing; return how many. The rest has its turn next time."""
    noted = 0
    for _ in range(DUE_TIMES_A_ROUND):
        some = transactions.run(
            lambda connection: note_due_times(connection, stores=stores), repeatable=True
        )
        noted += some
        if not some:
            break
    return noted


def settle_account_days(stores: Stores, transactions: Transactions) -> int:
    """Sum up what accounts held on days that are over; return how many. The rest has its turn next time."""
    for settled in range(DAYS_A_ROUND):
        day = transactions.run(
            lambda connection: settle_day(connection, stores=stores), repeatable=True
        )
        if day is None:
            return settled
    return DAYS_A_ROUND


def settle_called_off_class(class_id: str, stores: Stores, transactions: Transactions) -> int:
    """Cancel some live enrolments of a class that was called off, in one transaction; return how many."""
    request_id = random_reference()
    return transactions.run(
        lambda connection: cancel_enrolments_of_called_off_class(
            connection, class_id, request_id=request_id, stores=stores
        ),
        repeatable=True,
    )


if __name__ == "__main__":
    sys.exit(main())
