"""Waiting for a card that somebody holds, while something changes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import sqlalchemy as sa

from chassis.identity import Principal
from services.enrolment.service import EnrolmentService
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.learning.give_results import GiveResult, give_results_of_class
from tests.services.enrolment.house import House
from tests.services.enrolment.people import HeldCard
from tests.services.enrolment.teaching import Taught
from tests.waiting import lock_waited_for

PATIENCE = 20
Change = Callable[[sa.Connection], Any]


def judging(of: Taught, service: EnrolmentService, stores: Stores) -> Callable[[], Any]:
    """Return how a class's provider asks a service for its results, with stores of one's own."""
    provider = Principal("staff:1", "provider", of.provider_id, None, None, expires_at=0)
    command = GiveResult(None, provider, "request-1")

    def judge(connection: sa.Connection) -> Any:
        return give_results_of_class(connection, of.class_id, command, after=None, stores=stores)

    return lambda: service.transactions.run(judge)


def while_a_card_is_held(
    house: House,
    card: HeldCard,
    change: Change,
    step: Callable[[], Any],
    *,
    begun: threading.Event | None = None,
) -> Any:
    """Hold a card, let a step wait for it, change something meanwhile; return what the step returned.

    `begun` tells that the step has read what it should not decide by.
    """
    with ThreadPoolExecutor(1) as pool:

        def hold(connection: sa.Connection) -> Future[Any]:
            house.service.stores.cards.lock(connection, [card.card_ref])
            waiting = pool.submit(step)
            assert begun is None or begun.wait(PATIENCE)
            lock_waited_for(house.service.database)
            change(connection)
            return waiting

        return house.service.transactions.run(hold).result(PATIENCE)
