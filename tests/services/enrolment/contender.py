"""One of several who fight for the same seats: as a thread, or as a process of its own with a pool of its own.

As a process: `python -m tests.services.enrolment.contender` with a `Contest` as JSON on standard input; it prints how
many commands ended in which way.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from chassis.database import Database
from chassis.group_commit import GroupCommit
from chassis.idempotency import IdempotencyKeys
from chassis.identifiers import new_id
from chassis.problems import Problem
from services.enrolment.domain.seats.enrol_command import EnrolCommand
from services.enrolment.domain.seats.training_class import TrainingClass
from services.enrolment.service import EnrolmentService, open_service
from services.enrolment.storage.classes import ClassStore
from services.enrolment.use_cases.seats.enrol import EnrolHandler
from tests.databases import LOCK_PATIENCE_MS
from tests.services.enrolment.house import PRICE, settings_for

SUBMITTERS = 16
MEETINGS = 3


@dataclass(frozen=True)
class Contest:
    """Who fights for what. `locks` and `checks` are the two guards of a seat, which a twin switches off."""

    address: str
    class_id: str
    card_refs: list[str]
    folder: str
    number: int
    of: int
    locks: bool = True
    checks: bool = True

    def meet(self, place: str) -> None:
        """Wait at a place until every contender has come there."""
        folder = Path(self.folder)
        (folder / f"{place}-{self.number}").touch()
        patience = time.monotonic() + 10
        while len(list(folder.glob(f"{place}-*"))) < self.of and time.monotonic() < patience:
            time.sleep(0.002)


class UnlockedClasses(ClassStore):
    """Classes that are read without a lock; nobody goes on before all have read the same.

    They meet more than once, since a first batch may hold a single command: those that follow gather meanwhile.
    """

    def __init__(self, database: Database, contest: Contest) -> None:
        super().__init__(database)
        self._contest = contest
        self._meetings = (f"read {number}" for number in range(MEETINGS))

    def lock(self, connection: sa.Connection, class_ids: Sequence[str]) -> dict[str, TrainingClass]:
        found = {class_id: self.read(connection, class_id) for class_id in sorted(set(class_ids))}
        if (meeting := next(self._meetings, None)) is not None:
            self._contest.meet(meeting)
        return {class_id: known for class_id, known in found.items() if known is not None}


class CarelessDatabase(Database):
    """SQLite as SQLAlchemy opens it when nobody takes care: a transaction begins with the first change."""

    def __init__(self, address: str, *, checks: bool) -> None:
        super().__init__(address)
        self.engine.dispose()
        self.engine = sa.create_engine(self.url, connect_args={"timeout": 20})

        @sa.event.listens_for(self.engine, "connect")
        def prepare(connection: Any, _: Any) -> None:
            connection.execute(f"PRAGMA ignore_check_constraints = {'OFF' if checks else 'ON'}")


def contend(contest: Contest) -> Counter[str]:
    """Ask for a seat for every card, and count how the commands ended."""
    database = database_of(contest)
    service = open_service(settings_for(contest.address), database)
    if not contest.locks:
        service = without_locks(service, contest)
    contest.meet("start")
    try:
        with ThreadPoolExecutor(SUBMITTERS) as pool:
            return Counter(
                pool.map(lambda ref: outcome_for(service, contest.class_id, ref), contest.card_refs)
            )
    finally:
        service.enrolments.close()
        database.dispose()


def database_of(contest: Contest) -> Database:
    """Open the database as the contest has it."""
    if contest.address.startswith("sqlite") and not contest.locks:
        return CarelessDatabase(contest.address, checks=contest.checks)
    return Database(contest.address, lock_timeout_ms=LOCK_PATIENCE_MS)


def without_locks(service: EnrolmentService, contest: Contest) -> EnrolmentService:
    """Return a service that gives seats in classes which it has not locked."""
    stores = replace(service.stores, classes=UnlockedClasses(service.database, contest))
    handler = EnrolHandler(stores, code_key=service.code_key)
    return replace(
        service, stores=stores, enrolments=GroupCommit(service.database, stores.answers, handler)
    )


def outcome_for(
    service: EnrolmentService, class_id: str, card_ref: str, *, price: int = PRICE
) -> str:
    """Ask for a seat for a card, and tell how that ended."""
    command = EnrolCommand(
        enrolment_id=new_id(),
        movement_id=new_id(),
        card_ref=card_ref,
        class_id=class_id,
        expected_price=price,
        actor=f"holder:{card_ref}",
        role="holder",
        request_id="contest-1",
    )
    key = IdempotencyKeys(b"a secret").bind(
        caller=[card_ref], method="POST", route="/enrolments", key="contest-1", command=class_id
    )
    try:
        answer = service.enrolments.submit(command, key=key, seconds=30)
    except Problem as refusal:
        return refusal.code
    return str(json.loads(answer.body)["status"])


def main() -> None:
    """Contend as a process."""
    contest = Contest(**json.load(sys.stdin))
    print(json.dumps(contend(contest)))  # noqa: T201


def as_input(contest: Contest) -> str:
    """Write a contest for a process to read."""
    return json.dumps(asdict(contest))


if __name__ == "__main__":
    main()
