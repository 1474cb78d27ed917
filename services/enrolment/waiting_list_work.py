"""What the worker does with waiting lists: it offers what is free, takes back what nobody accepted, and ends lists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from chassis.identifiers import random_reference
from chassis.transaction import Transactions
from chassis.worker import in_turn
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.seats.serve_waiting_list import serve_waiting_list

CLASSES_AT_ONCE = 50
"""Classes that are read at once."""


@dataclass(frozen=True)
class WaitingListWork:
    """Serves the waiting lists of classes, for which an offer stands for `stands_for`. Any number of workers may."""

    stores: Stores
    transactions: Transactions
    stands_for: timedelta

    def serve(self) -> int:
        """Do what is to be done about every list, some of each; return for how many places. The rest comes next.

        A class that fails does not keep the others from being served.
        """
        return in_turn(self._classes(), self._serve)

    def _classes(self) -> Iterator[str]:
        class_id = ""
        while class_ids := self._classes_after(class_id):
            yield from class_ids
            class_id = class_ids[-1]

    def _classes_after(self, class_id: str) -> list[str]:
        with self.stores.database.reading() as connection:
            now = self.stores.database.now(connection)
            return self.stores.places.classes_to_serve(
                connection, now=now, after=class_id, limit=CLASSES_AT_ONCE
            )

    def _serve(self, class_id: str) -> int:
        serve = partial(
            serve_waiting_list,
            class_id=class_id,
            stands_for=self.stands_for,
            request_id=random_reference(),
            stores=self.stores,
        )
        return self.transactions.run(serve, repeatable=True)
