"""Enrolment's journal: whom it erased, accounts forgets, too; what it tells of seats, their holders are told."""

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
from services.accounts.followers.seat_news import moved_classes_in, news_in
from services.accounts.service import AccountsService
from services.accounts.storage import FOLLOWER_STATE, STORED_ANSWER
from services.accounts.storage.people.moved_classes import add_moved_classes, forget_moved_classes
from services.accounts.use_cases.people.erase_holder import erase_holder
from services.accounts.use_cases.people.people import People
from services.accounts.use_cases.people.tell_news import tell_news

ENROLMENT = "enrolment"
ERASED = "erased"


@dataclass(frozen=True)
class EnrolmentFollower:
    """Follows enrolment's journal, from its beginning where it is no longer the one that was followed."""

    follower: Follower
    transactions: Transactions

    def catch_up(self) -> int:
        """Erase whom enrolment erased since, have holders told the news, and return the number of entries read.

        Raises `requests.RequestException` where enrolment is away; nothing is lost by it.
        """
        try:
            return self.follower.catch_up()
        except SourceDiverged:
            logger().warning("enrolment-followed-again")
            self.transactions.run(_begin_again)
            return 0


def _begin_again(connection: sa.Connection) -> None:
    forget_follower(connection, FOLLOWER_STATE, ENROLMENT)
    forget_moved_classes(connection)


def enrolment_follower(service: AccountsService, token: Callable[[], str]) -> EnrolmentFollower:
    """Return what follows enrolment; `token` returns a token of the `system` role."""
    people = service.people
    answers = StoredAnswers(service.database, STORED_ANSWER, seal=service.seal)

    def apply(connection: sa.Connection, entries: Sequence[RecordedEntry]) -> None:
        _tell(connection, people, entries)
        actor = Actor(ITSELF, random_reference())
        for entry in entries:
            card = entry.subjects["card_ref"]
            if entry.kind == ERASED and card is not None:
                erase_holder(connection, people, answers, card, actor=actor)

    feed = Feed(source=ENROLMENT, client=ServiceClient(service.settings.enrolment_url), token=token)
    follower = Follower(
        feed=feed, transactions=service.transactions, table=FOLLOWER_STATE, apply=apply
    )
    return EnrolmentFollower(follower, service.transactions)


def _tell(connection: sa.Connection, people: People, entries: Sequence[RecordedEntry]) -> None:
    news, moved = news_in(entries), moved_classes_in(entries)
    if not news and not moved:
        return
    now = people.database.now(connection)
    tell_news(connection, people, news, now=now)
    still = [each for each in moved if each.expires_at > now]
    if still:
        add_moved_classes(connection, people.database, still)
