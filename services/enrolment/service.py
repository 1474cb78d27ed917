"""The parts of enrolment, joined once in `app` and handed to every call."""

from __future__ import annotations

from dataclasses import dataclass, field

from chassis.database import Database
from chassis.group_commit import GroupCommit
from chassis.journal import Journal
from chassis.transaction import Transactions
from services.enrolment.domain.programme.rule_set import RuleSet
from services.enrolment.domain.seats.admission import EnrolCommand
from services.enrolment.storage.stores import Stores


@dataclass(frozen=True)
class EnrolmentService:
    """What enrolment's calls work with."""

    stores: Stores
    transactions: Transactions
    enrolments: GroupCommit[EnrolCommand]
    rules: RuleSet
    redeem_key: bytes = field(repr=False)

    @property
    def database(self) -> Database:
        """Return the service's database."""
        return self.stores.database

    @property
    def journal(self) -> Journal:
        """Return the service's journal."""
        return self.stores.journal
