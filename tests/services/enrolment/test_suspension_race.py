"""A provider is suspended while a crowd enrols: once that is committed, nobody gets in any more."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from chassis.database import Database
from chassis.group_commit import GroupCommit
from chassis.identifiers import new_id
from services.enrolment.domain.seats.training_class import TrainingClass
from services.enrolment.service import EnrolmentService, open_service
from services.enrolment.storage.classes import ClassStore, T, class_of
from services.enrolment.storage.switches import Switches, SwitchStore
from services.enrolment.storage.tables.seats import TRAINING_CLASS
from services.enrolment.use_cases.seats.enrol import EnrolHandler
from tests.databases import LOCK_PATIENCE_MS
from tests.services.enrolment.contender import CarelessDatabase, outcome_for
from tests.services.enrolment.followers.catalogue import Catalogue
from tests.services.enrolment.followers.following import follower_of
from tests.services.enrolment.house import House, settings_for

HOLDERS = 96
SUBMITTERS = 24
PATIENCE = 20.0


class WatchedSwitches(SwitchStore):
    """Switches that tell when a batch has read them, and let it go on once something else happened, or did not."""

    def __init__(self, database: Database, *, suspended: threading.Event, wait: float) -> None:
        super().__init__(database)
        self.was_read = threading.Event()
        self._suspended = suspended
        self._wait = wait

    def read(
        self,
        connection: sa.Connection,
        provider_ids: Iterable[str],
        *,
        clocks_from: datetime | None = None,
    ) -> Switches:
        switches = super().read(connection, provider_ids, clocks_from=clocks_from)
        if not switches.suspended:
            self.was_read.set()
            self._suspended.wait(self._wait)
        return switches


class UnsharedClasses(ClassStore):
    """Classes that are locked, while suspensions are not held."""

    def lock(self, connection: sa.Connection, class_ids: Sequence[str]) -> dict[str, TrainingClass]:
        locked = (
            sa.select(TRAINING_CLASS)
            .where(T.class_id.in_(sorted(set(class_ids))))
            .order_by(T.class_id)
            .with_for_update(key_share=True)
        )
        return {row.class_id: class_of(row) for row in connection.execute(locked)}


def storm(house: House, catalogue: Catalogue, *, guarded: bool, wait: float) -> Counter[str]:
    """Suspend the provider as soon as a batch has read that it is not; return how the enrolments ended."""
    provider_id = new_id()
    class_ids = [house.put_class(provider_id=provider_id, declared_seats=HOLDERS) for _ in range(4)]
    refs = [card.card_ref for card in house.award_many(HOLDERS)]
    suspended = threading.Event()
    address = house.places.application
    careless = not guarded and address.startswith("sqlite")
    database = (
        CarelessDatabase(address, checks=True)
        if careless
        else Database(address, lock_timeout_ms=LOCK_PATIENCE_MS)
    )
    switches = WatchedSwitches(database, suspended=suspended, wait=wait)
    service = _with(open_service(settings_for(address), database), switches, guarded=guarded)
    follower = follower_of(house, catalogue.client)

    def suspend() -> None:
        assert switches.was_read.wait(PATIENCE)
        catalogue.decide("suspended", provider_id)
        follower.catch_up()
        suspended.set()

    def enrol(number: int) -> str:
        return outcome_for(service, class_ids[number % len(class_ids)], refs[number])

    try:
        with ThreadPoolExecutor(SUBMITTERS + 1) as pool:
            suspending = pool.submit(suspend)
            outcomes = Counter(pool.map(enrol, range(HOLDERS)))
            suspending.result()
        outcomes[outcome_for(service, class_ids[0], house.award().card_ref)] += 1
    finally:
        service.enrolments.close()
        database.dispose()
    return outcomes


def _with(service: EnrolmentService, switches: SwitchStore, *, guarded: bool) -> EnrolmentService:
    stores = replace(service.stores, switches=switches)
    if not guarded:
        stores = replace(stores, classes=UnsharedClasses(service.database))
    handler = EnrolHandler(stores, code_key=service.code_key)
    return replace(
        service, stores=stores, enrolments=GroupCommit(service.database, stores.answers, handler)
    )


def given_since(house: House) -> list[int]:
    """Return how many seats the consistency check finds given after the suspension's entry."""
    what = "seats given while suspended"
    return [each["entries"] for each in house.differences() if each["what"] == what]


def test_once_a_suspension_is_committed_nobody_gets_a_seat(
    house: House, catalogue: Catalogue
) -> None:
    outcomes = storm(house, catalogue, guarded=True, wait=0.2)
    assert outcomes.keys() <= {"confirmed", "provider-suspended"}
    assert outcomes["confirmed"] > 0
    assert outcomes["provider-suspended"] > 0
    assert outcomes.total() == HOLDERS + 1
    assert house.differences() == []


def test_if_suspensions_were_not_held_a_batch_that_read_before_would_commit_after(
    house: House, catalogue: Catalogue
) -> None:
    outcomes = storm(house, catalogue, guarded=False, wait=PATIENCE)
    assert given_since(house), outcomes
