"""Telling everybody in the classes that were moved: enrolment says who they are, page by page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from chassis.clock import write_instant
from chassis.http_client import ServiceClient
from chassis.transaction import Transactions
from chassis.worker import in_turn
from services.accounts.domain.people.news import MovedClass
from services.accounts.service import AccountsService
from services.accounts.storage.people.moved_classes import load_moved_classes
from services.accounts.use_cases.people.people import People
from services.accounts.use_cases.people.tell_of_moved_class import SeatHolders, tell_of_moved_class

AT_ONCE = 200
"""Holders whom one transaction adds messages for: everybody else's writes wait for it on SQLite."""

CLASSES_AT_ONCE = 100

Ask = Callable[[MovedClass], SeatHolders]


@dataclass(frozen=True)
class MovedClasses:
    """The classes whose people are still to be told. Any number of workers may tell them."""

    transactions: Transactions
    people: People
    ask: Ask

    def tell(self) -> int:
        """Add messages for everybody in the classes that are noted; return how many pages of holders that took.

        Raises `requests.RequestException` where enrolment is away; nothing is lost by it. A class that fails does not
        keep the others from being told of.
        """
        with self.people.database.reading() as connection:
            noted = load_moved_classes(connection, limit=CLASSES_AT_ONCE)
            now = self.people.database.now(connection)
        by_entry = {each.entry_digest: each for each in noted}
        return in_turn(by_entry, lambda digest: self._tell(by_entry[digest], now=now))

    def _tell(self, moved: MovedClass, *, now: datetime) -> int:
        if moved.expires_at <= now:
            return self._save(moved, SeatHolders(cards=(), next=None))
        pages = 0
        while True:
            holders = self.ask(moved)
            saved = self._save(moved, holders)
            pages += saved
            if not saved or holders.next is None:
                return pages
            moved = replace(moved, told_to=holders.next)

    def _save(self, moved: MovedClass, holders: SeatHolders) -> int:
        save = partial(tell_of_moved_class, people=self.people, moved=moved, holders=holders)
        return int(self.transactions.run(save, repeatable=True))


def moved_classes(
    service: AccountsService, token: Callable[[], str], *, at_once: int = AT_ONCE
) -> MovedClasses:
    """Return what tells the people of moved classes; `token` returns a token of the `system` role."""
    enrolment = ServiceClient(service.settings.enrolment_url)

    def ask(moved: MovedClass) -> SeatHolders:
        query = {
            "class_id": moved.class_id,
            "enrolled_until": write_instant(moved.moved_at),
            "limit": at_once,
        }
        if moved.told_to is not None:
            query["after"] = moved.told_to
        told = enrolment.get_json("/internal/seat-holders", query=query, token=token())
        return SeatHolders(cards=told["cards"], next=told["next"])

    return MovedClasses(service.transactions, service.people, ask)
