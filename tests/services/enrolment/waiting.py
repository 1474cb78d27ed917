"""Waiting for a card that somebody holds, while something changes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import sqlalchemy as sa

from tests.services.enrolment.house import House
from tests.services.enrolment.people import HeldCard
from tests.waiting import lock_waited_for

PATIENCE = 20
Change = Callable[[sa.Connection], Any]


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
