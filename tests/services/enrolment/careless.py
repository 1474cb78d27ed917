"""The service with its guards taken away, for twins that must fail."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa

from chassis.database import Database
from chassis.transaction import Transactions
from services.enrolment.domain.programme.card import Card
from services.enrolment.domain.programme.quota import Quota
from services.enrolment.service import EnrolmentService, open_service
from services.enrolment.storage.cards import C, CardStore, card_of
from services.enrolment.storage.quotas import QuotaStore
from services.enrolment.storage.tables.programme import CARD
from tests.databases import LOCK_PATIENCE_MS
from tests.services.enrolment.contender import CarelessDatabase
from tests.services.enrolment.house import House, settings_for


class UnlockedCards(CardStore):
    """Cards that are read without a lock; nobody goes on before all have read the same."""

    def __init__(self, database: Database, meeting: threading.Barrier | None = None) -> None:
        super().__init__(database)
        self._meeting = meeting

    def lock(self, connection: sa.Connection, card_refs: Sequence[str]) -> dict[str, Card]:
        query = sa.select(CARD).where(C.card_ref.in_(sorted(set(card_refs))))
        found = {row.card_ref: card_of(row) for row in connection.execute(query)}
        if self._meeting is not None:
            self._meeting.wait(10)
        return found

    lock_as_kept = lock


class UnlockedQuotas(QuotaStore):
    """Counters that nobody queues for."""

    def lock(self, connection: sa.Connection, wave_id: str | None) -> list[Quota]:
        return self.read(connection, wave_id)


def careless_service(house: House) -> EnrolmentService:
    """Return the service on a database where nobody takes care that a transaction begins before it reads."""
    address = house.places.application
    sqlite = address.startswith("sqlite")
    database = (
        CarelessDatabase(address, checks=True)
        if sqlite
        else Database(address, lock_timeout_ms=LOCK_PATIENCE_MS)
    )
    return replace(
        open_service(settings_for(address), database),
        transactions=Transactions(database, house.service.stores.answers),
    )
