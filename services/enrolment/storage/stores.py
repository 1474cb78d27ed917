"""All stores of enrolment on one database."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.database import Database
from chassis.idempotency import StoredAnswers
from chassis.journal import Journal
from chassis.sealing import Seal
from services.enrolment.storage.cards import CardStore
from services.enrolment.storage.classes import ClassStore
from services.enrolment.storage.enrolments import EnrolmentStore
from services.enrolment.storage.movements import MovementStore
from services.enrolment.storage.persons import Fingerprints, PersonStore
from services.enrolment.storage.tables import JOURNAL, STORED_ANSWER
from services.enrolment.storage.waves import WaveStore


@dataclass(frozen=True)
class Stores:
    """Everything enrolment keeps, by subject, with its journal."""

    database: Database
    journal: Journal
    classes: ClassStore
    cards: CardStore
    enrolments: EnrolmentStore
    movements: MovementStore
    persons: PersonStore
    waves: WaveStore


def open_stores(database: Database, *, personal_data_key: bytes, fingerprint_key: bytes) -> Stores:
    """Open every store of enrolment on one database."""
    return Stores(
        database=database,
        journal=Journal(database, JOURNAL),
        classes=ClassStore(database),
        cards=CardStore(database),
        enrolments=EnrolmentStore(database),
        movements=MovementStore(database),
        persons=PersonStore(
            database, seal=Seal(personal_data_key), fingerprints=Fingerprints(fingerprint_key)
        ),
        waves=WaveStore(database),
    )


def open_stored_answers(database: Database, *, personal_data_key: bytes) -> StoredAnswers:
    """Open the stored answers, sealed: they hold card numbers and redeem codes."""
    return StoredAnswers(database, STORED_ANSWER, seal=Seal(personal_data_key))
