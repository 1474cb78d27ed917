"""What the worker does with lists of people who may hold no card: finds holders on them, and forgets old ones."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from chassis.identifiers import random_reference
from chassis.transaction import Transactions
from chassis.worker import in_turn
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.exclusion.find_holders import PERSONS_AT_ONCE, find_holders
from services.enrolment.use_cases.exclusion.forget_list import forget_some, lists_to_forget
from services.enrolment.use_cases.exclusion.receive_list import abandoned_lists, discard_some

BETWEEN_CHUNKS = 0.1
"""Seconds in which nobody waits for a list."""

BETWEEN_REMOVALS = 1.0
"""Seconds between two chunks that are removed: nobody waits for these."""


@dataclass(frozen=True)
class ExclusionWork:
    """Looks for holders on lists in force, and tidies up. Any number of workers may do so at once."""

    stores: Stores
    transactions: Transactions
    persons_at_once: int = PERSONS_AT_ONCE

    def find_some(self) -> int:
        """Look through the next persons for each list in force that asks for it; return how many."""
        with self.stores.database.reading() as connection:
            list_ids = self.stores.checked_lists.to_check(connection)
        return in_turn(list_ids, self._find)

    def tidy_up(self) -> int:
        """Remove some of what was never received to its end or is needed no longer; return how many rows."""
        with self.stores.database.reading() as connection:
            abandoned = abandoned_lists(connection, stores=self.stores)
            old = lists_to_forget(connection, stores=self.stores)
        return in_turn(abandoned, self._discard) + in_turn(old, self._forget)

    def _find(self, list_id: str) -> int:
        request_id = random_reference()
        find = partial(
            find_holders,
            list_id=list_id,
            request_id=request_id,
            stores=self.stores,
            at_once=self.persons_at_once,
        )
        return self.transactions.run(find, repeatable=True)

    def _discard(self, list_id: str) -> int:
        discard = partial(discard_some, list_id=list_id, stores=self.stores)
        return self.transactions.run(discard, repeatable=True)

    def _forget(self, list_id: str) -> int:
        request_id = random_reference()
        forget = partial(forget_some, list_id=list_id, request_id=request_id, stores=self.stores)
        return self.transactions.run(forget, repeatable=True)
