"""Accounts beside an enrolment, and what its worker does about news of seats, a step at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from deploy.local.databases import ServiceDatabase
from services.accounts.domain.people.messages import Message
from services.accounts.followers.enrolment import EnrolmentFollower, enrolment_follower
from services.accounts.followers.moved_classes import MovedClasses, moved_classes
from services.accounts.service import AccountsService
from services.accounts.use_cases.people.deliver_messages import deliver_messages
from tests.served import served
from tests.services.enrolment.house import House, house_on
from tests.services.enrolment.people import HeldCard
from tests.tokens import token

PAGE = 2
"""How many holders are asked for at once."""


@dataclass
class Telling:
    """Accounts beside an enrolment, and what its worker does, a step at a time."""

    accounts: AccountsService
    enrolment: House
    follower: EnrolmentFollower
    moved: MovedClasses

    def catch_up(self) -> None:
        """Follow the journal, and tell the people of moved classes."""
        self.follower.catch_up()
        self.moved.tell()

    def sent(self) -> list[Message]:
        """Send what waits; return it."""
        sent: list[Message] = []
        deliver_messages(self.accounts.transactions, self.accounts.people, sent.append)
        return sent

    def told(self) -> list[tuple[str, str | None]]:
        """Send what waits; return what was told, and to which cards."""
        return sorted((message.kind.value, message.to.card) for message in self.sent())

    def rows(self, table: sa.Table) -> list[Any]:
        """Return the rows of a table of accounts."""
        with self.accounts.database.reading() as connection:
            return list(connection.execute(sa.select(table)))

    def put(self, table: sa.Table, **values: Any) -> None:
        """Say something else in each row of a table of accounts."""
        with self.accounts.database.engine.begin() as connection:
            connection.execute(sa.update(table).values(**values))


@contextmanager
def telling_beside(house: AccountsService, places: ServiceDatabase) -> Iterator[Telling]:
    """Run enrolment on a database, and let accounts follow it; afterwards its tables and entries must agree."""
    with house_on(places) as enrolment, served(enrolment.app) as address:
        known = replace(house, settings=replace(house.settings, enrolment_url=address))
        follower = enrolment_follower(known, lambda: token(role="system"))
        moved = moved_classes(known, lambda: token(role="system"), at_once=PAGE)
        yield Telling(known, enrolment, follower, moved)
        assert enrolment.differences() == []


def offered(enrolment: House) -> HeldCard:
    """Let a seat come free for somebody who waits; return who."""
    first, waiting = enrolment.award_many(2)
    class_id = enrolment.put_class(declared_seats=1)
    taken = enrolment.enrolled(first, class_id)
    enrolment.waits(waiting, class_id)
    assert enrolment.cancel(taken["id"], "holder", card=first.card_ref).status_code == 200
    assert enrolment.serve_lists() == 1
    return waiting


def moved_with(telling: Telling, count: int) -> tuple[str, list[HeldCard]]:
    """Move a class with so many people in it, after somebody left it and before somebody came; return who is told."""
    enrolment = telling.enrolment
    gone, late, *people = enrolment.award_many(count + 2)
    class_id = enrolment.put_class(declared_seats=count + 2)
    left = enrolment.enrolled(gone, class_id)
    for card in people:
        enrolment.enrolled(card, class_id)
    enrolment.cancel(left["id"], "holder", card=gone.card_ref)
    enrolment.move_class(class_id)
    enrolment.enrolled(late, class_id)
    return class_id, people
