"""Erasures, as enrolment's journal tells of them: what accounts keeps of the person goes, too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from chassis.feed_client import Feed, SourceDiverged
from chassis.follower import Follower, forget_follower
from chassis.http_client import ServiceClient
from chassis.idempotency import StoredAnswers
from chassis.identifiers import random_reference
from chassis.journal import RecordedEntry
from chassis.observability import logger
from chassis.transaction import Transactions
from services.accounts.domain.actors import ITSELF, Actor
from services.accounts.service import AccountsService
from services.accounts.storage import FOLLOWER_STATE, STORED_ANSWER
from services.accounts.use_cases.people.erase_holder import erase_holder

ENROLMENT = "enrolment"
ERASED = "erased"


@dataclass(frozen=True)
class ErasuresFollower:
    """Follows enrolment's journal, from its beginning where it is no longer the one that was followed."""

    follower: Follower
    transactions: Transactions

    def catch_up(self) -> int:
        """Erase whoever enrolment erased since, and return the number of entries read.

        Raises `requests.RequestException` where enrolment is away; nothing is lost by it.
        """
        try:
            return self.follower.catch_up()
        except SourceDiverged:
            logger().warning("enrolment-followed-again")
            self.transactions.run(
                lambda connection: forget_follower(connection, FOLLOWER_STATE, ENROLMENT)
            )
            return 0


def erasures_follower(service: AccountsService, token: Callable[[], str]) -> ErasuresFollower:
    """Return what follows enrolment; `token` returns a token of the `system` role."""
    people = service.people
    answers = StoredAnswers(service.database, STORED_ANSWER, seal=service.seal)

    def apply(connection: sa.Connection, entries: Sequence[RecordedEntry]) -> None:
        actor = Actor(ITSELF, random_reference())
        for entry in entries:
            card = entry.subjects["card_ref"]
            if entry.kind == ERASED and card is not None:
                erase_holder(connection, people, answers, card, actor=actor)

    feed = Feed(source=ENROLMENT, client=ServiceClient(service.settings.enrolment_url), token=token)
    follower = Follower(
        feed=feed, transactions=service.transactions, table=FOLLOWER_STATE, apply=apply
    )
    return ErasuresFollower(follower, service.transactions)
