"""All stores of enrolment on one database."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from chassis.database import Database
from chassis.idempotency import StoredAnswers
from chassis.journal import Journal
from chassis.sealing import Seal
from services.enrolment.storage.account_days import AccountDayStore
from services.enrolment.storage.admission_files import AdmissionFileStore
from services.enrolment.storage.admissions import AdmissionStore
from services.enrolment.storage.applications import ApplicationStore
from services.enrolment.storage.assistance import AssistanceStore
from services.enrolment.storage.cards import CardStore
from services.enrolment.storage.checked_lists import CheckedLists
from services.enrolment.storage.classes import ClassStore
from services.enrolment.storage.corrections import CorrectionStore
from services.enrolment.storage.draws import DrawStore
from services.enrolment.storage.due_times import DueTimes
from services.enrolment.storage.enrolments import EnrolmentStore
from services.enrolment.storage.evidence import EvidenceStore
from services.enrolment.storage.exclusion_cases import ExclusionCaseStore
from services.enrolment.storage.exclusion_lists import ExclusionListStore
from services.enrolment.storage.file_traces import FileTraceStore
from services.enrolment.storage.flows import FlowStore
from services.enrolment.storage.incentives import IncentiveStore
from services.enrolment.storage.listed_persons import ListedPersonStore
from services.enrolment.storage.movements import MovementStore
from services.enrolment.storage.pauses import PauseStore
from services.enrolment.storage.persons import Fingerprints, PersonStore
from services.enrolment.storage.places import PlaceStore
from services.enrolment.storage.quotas import QuotaStore
from services.enrolment.storage.realisation import RealisationStore
from services.enrolment.storage.received_lists import ReceivedLists
from services.enrolment.storage.results import ResultStore
from services.enrolment.storage.reviews import ReviewStore
from services.enrolment.storage.rules import RuleStore
from services.enrolment.storage.suppressions import SuppressionStore
from services.enrolment.storage.suspensions import SuspensionStore
from services.enrolment.storage.switches import SwitchStore
from services.enrolment.storage.tables.journal import JOURNAL, STORED_ANSWER
from services.enrolment.storage.waves import WaveStore
from vocabulary.rule_book import shipped_rules


@dataclass(frozen=True)
class Stores:
    """Everything enrolment keeps, by subject, with its journal and the answers it gave."""

    database: Database
    journal: Journal
    answers: StoredAnswers
    classes: ClassStore
    cards: CardStore
    enrolments: EnrolmentStore
    places: PlaceStore
    due_times: DueTimes
    evidence: EvidenceStore
    results: ResultStore
    reviews: ReviewStore
    movements: MovementStore
    flows: FlowStore
    account_days: AccountDayStore
    incentives: IncentiveStore
    persons: PersonStore
    suppressions: SuppressionStore
    waves: WaveStore
    quotas: QuotaStore
    realisation: RealisationStore
    assistance: AssistanceStore
    rules: RuleStore
    admissions: AdmissionStore
    admission_files: AdmissionFileStore
    file_traces: FileTraceStore
    draws: DrawStore
    applications: ApplicationStore
    exclusion_lists: ExclusionListStore
    received_lists: ReceivedLists
    checked_lists: CheckedLists
    listed_persons: ListedPersonStore
    exclusion_cases: ExclusionCaseStore
    corrections: CorrectionStore
    pauses: PauseStore
    suspensions: SuspensionStore
    switches: SwitchStore

    def keys_fit(self, connection: sa.Connection) -> bool:
        """Tell whether the keys given are those that people's data is kept under: one row of each kind is looked at.

        Stored answers are left out: they are forgotten after two days, and are not found under another key.
        """
        kinds = (
            self.persons.keys_fit,
            self.suppressions.keys_fit,
            self.applications.keys_fit,
            self.admission_files.keys_fit,
            self.draws.keys_fit,
            self.exclusion_lists.keys_fit,
            self.exclusion_cases.keys_fit,
            self.reviews.keys_fit,
        )
        return all(keys_fit(connection) for keys_fit in kinds)


def open_stores(database: Database, *, personal_data_key: bytes, fingerprint_key: bytes) -> Stores:
    """Open every store of enrolment on one database. Answers are sealed: they hold card numbers and redeem codes."""
    seal = Seal(personal_data_key)
    fingerprints = Fingerprints(fingerprint_key)
    return Stores(
        database=database,
        journal=Journal(database, JOURNAL),
        answers=StoredAnswers(database, STORED_ANSWER, seal=seal),
        classes=ClassStore(database),
        cards=CardStore(database),
        enrolments=EnrolmentStore(database),
        places=PlaceStore(database),
        due_times=DueTimes(database),
        evidence=EvidenceStore(database),
        results=ResultStore(database),
        reviews=ReviewStore(database, seal=seal),
        movements=MovementStore(database),
        flows=FlowStore(database),
        account_days=AccountDayStore(database),
        incentives=IncentiveStore(),
        persons=PersonStore(database, seal=seal, fingerprints=fingerprints),
        suppressions=SuppressionStore(database, fingerprints=fingerprints),
        waves=WaveStore(database),
        quotas=QuotaStore(database),
        realisation=RealisationStore(database),
        assistance=AssistanceStore(database),
        rules=RuleStore(database, shipped_rules()),
        admissions=AdmissionStore(database),
        admission_files=AdmissionFileStore(database, seal=seal, digest_key=fingerprint_key),
        file_traces=FileTraceStore(database, seal=seal),
        draws=DrawStore(database, seal=seal),
        applications=ApplicationStore(database, seal=seal, fingerprints=fingerprints),
        exclusion_lists=ExclusionListStore(database, fingerprints=fingerprints),
        received_lists=ReceivedLists(),
        checked_lists=CheckedLists(),
        listed_persons=ListedPersonStore(database, fingerprints=fingerprints),
        exclusion_cases=ExclusionCaseStore(database, seal=seal),
        corrections=CorrectionStore(database),
        pauses=PauseStore(database),
        suspensions=SuspensionStore(database),
        switches=SwitchStore(database),
    )
