"""Enrolment's own service on a new database, with classes and cards, as far as the plumbing's proofs need it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import sqlalchemy as sa

from chassis.clock import utc_now
from chassis.database import Database
from chassis.idempotency import IdempotencyKey
from chassis.identifiers import new_id
from chassis.identity import Principal
from deploy.local.databases import ServiceDatabase
from services.enrolment.domain.programme.award import Candidate
from services.enrolment.domain.programme.card import Scheme
from services.enrolment.domain.programme.wave import Wave
from services.enrolment.domain.seats.enrol_command import EnrolCommand
from services.enrolment.queries.consistency import check_consistency
from services.enrolment.service import EnrolmentService, open_service
from services.enrolment.settings import Settings
from services.enrolment.storage.classes import ClassCopy
from services.enrolment.storage.tables.programme import CARD
from services.enrolment.storage.tables.seats import ENROLMENT, TRAINING_CLASS
from services.enrolment.use_cases.programme.admit_candidates import (
    AdmitCandidates,
    admit_candidates,
)
from services.enrolment.use_cases.programme.open_wave import open_wave
from services.enrolment.use_cases.seats.enrol import EnrolHandler
from tests.chassis.batches import Batches, key_named
from tests.services.enrolment.house import settings_for

PRICE = 100_000
OPERATOR = Principal("test:operator", "operator", None, None, None, 2**40)
_NIKS = count(1)
_FAMILY_CARDS = count(1)

SOON_MS = 150
"""How long a hasty service waits for a lock, so that the tests need not."""


@dataclass
class SeatHouse:
    """Enrolment on one database, and shorthands for what tests do with it."""

    place: ServiceDatabase
    settings: Settings
    service: EnrolmentService

    @property
    def database(self) -> Database:
        return self.service.database

    def through(self, url: str, **options: Any) -> SeatHouse:
        """Open the same service a second time, reached by another address."""
        database = Database(url, **options)
        return replace(self, service=open_service(self.settings, database))

    def batches(self, handler: EnrolHandler | None = None) -> Batches[EnrolCommand]:
        """Open a group commit of enrolments whose batches the test composes."""
        service = self.service
        return Batches(
            service.database,
            service.stores.answers,
            handler or EnrolHandler(service.stores, code_key=service.code_key),
            opener=self.command(new_id(), new_id()),
        )

    def command(self, card: str, class_id: str, **changes: Any) -> EnrolCommand:
        """Make a command with ids of its own."""
        plain = EnrolCommand(
            enrolment_id=new_id(),
            movement_id=new_id(),
            card_ref=card,
            class_id=class_id,
            expected_price=PRICE,
            actor="test:holder",
            role="holder",
            request_id="request-1",
        )
        return replace(plain, **changes)

    def call(
        self, card: str, class_id: str, *, key: str = "", **changes: Any
    ) -> tuple[EnrolCommand, IdempotencyKey]:
        """Make a command with its key; the fingerprint is that of card and class, as in the API."""
        command = self.command(card, class_id, **changes)
        return command, key_named(key or new_id(), [card, class_id])

    def enrolled(self, class_id: str) -> list[str]:
        """Return the cards that have a seat in a class."""
        with self.database.reading() as connection:
            live = sa.select(ENROLMENT.c.card_ref).where(
                ENROLMENT.c.class_id == class_id, ENROLMENT.c.live_slot.is_not(None)
            )
            return sorted(connection.execute(live).scalars())

    def held(self, class_id: str) -> int:
        """Return how many seats of a class are taken."""
        with self.database.reading() as connection:
            held: int = connection.execute(
                sa.select(TRAINING_CLASS.c.held).where(TRAINING_CLASS.c.class_id == class_id)
            ).scalar_one()
            return held

    def differences(self) -> list[dict[str, Any]]:
        """Return where tables and journal differ."""
        found: list[dict[str, Any]] = check_consistency(self.database, self.service.journal)[
            "differences"
        ]
        return found

    def new_class(self, seats: int = 100) -> str:
        """Add a class of so many seats, open for enrolment."""
        class_id, now = new_id(), utc_now()
        copy = ClassCopy(
            class_id,
            {
                "course_id": new_id(),
                "course_title": "Barista",
                "provider_id": new_id(),
                "mode": "online",
                "status": "published",
                "price": PRICE,
                "declared_seats": seats,
                "zone": "Asia/Jakarta",
                "registration_opens": now - timedelta(days=1),
                "registration_closes": now + timedelta(days=1),
                "starts_at": now + timedelta(days=2),
                "ends_at": now + timedelta(days=3),
                "meetings": "[]",
            },
        )
        self.service.transactions.run(
            lambda connection: self.service.stores.classes.put(connection, [copy])
        )
        return class_id

    def new_cards(self, number: int, *, region: str = "32.73") -> list[str]:
        """Award so many cards and return their references."""
        service, now = self.service, utc_now()
        wave = Wave(new_id(), "Gelombang", now - timedelta(days=1), now + timedelta(days=1))
        before = set(self._cards())
        service.transactions.run(
            lambda connection: open_wave(
                connection,
                wave,
                caller=OPERATOR,
                request_id="request-1",
                stores=service.stores,
            ),
        )
        admission = AdmitCandidates(
            new_id(),
            wave.wave_id,
            [_candidate(region) for _ in range(number)],
            OPERATOR,
            "request-1",
        )
        service.transactions.run(
            lambda connection: admit_candidates(
                connection,
                admission,
                stores=service.stores,
            ),
        )
        return sorted(set(self._cards()) - before)

    def _cards(self) -> Sequence[str]:
        with self.database.reading() as connection:
            return connection.execute(sa.select(CARD.c.card_ref)).scalars().all()


def _candidate(region: str) -> Candidate:
    return Candidate(
        nik=f"{next(_NIKS):016d}",
        family_card=f"{next(_FAMILY_CARDS):016d}",
        name="Sari",
        birth_date=datetime(1990, 1, 1, tzinfo=UTC).date(),
        region=region,
        cluster=None,
        scheme=Scheme.DIGITAL,
    )


def open_seats(place: ServiceDatabase, **options: Any) -> SeatHouse:
    """Open enrolment on a migrated database."""
    settings = settings_for(place.application)
    service = open_service(settings, Database(place.application, **options))
    return SeatHouse(place, settings, service)
