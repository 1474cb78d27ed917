"""Give clocks their days again that stood still because of a pause, which an operator has ended: then it is over.

Nothing has to be remembered between two of these transactions: the pause says which cards have their days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.programme.card import Card, CardState
from services.enrolment.domain.programme.pause import Pause, clock_stopped_at
from services.enrolment.domain.programme.standstill import Standstill, with_days_back
from services.enrolment.domain.seats.entitlement import opens_again
from services.enrolment.storage.pauses import found
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.shared.by_worker import entry_of_worker

CARDS_AT_ONCE = 500


def give_days_back(
    connection: sa.Connection,
    pause_id: str,
    *,
    request_id: str,
    stores: Stores,
    at_once: int = CARDS_AT_ONCE,
) -> int:
    """Give the cards that come next their days again, and return how many these were.

    The last of them end the pause. Nothing is done where it is over, or nobody has ended it.
    """
    stores.pauses.hold(connection)
    pause = found(stores.pauses.in_force(connection), pause_id)
    if pause is None or pause.ended_at is None:
        return 0
    awarded = stores.cards.stopped_by(connection, pause, limit=at_once)
    cards = stores.cards.lock(connection, list(awarded))
    past = Standstill(pause.began_at, pause.ended_at)
    _save(connection, pause, past, cards, awarded, stores)
    last = max(awarded, default=pause.given_to)
    further = replace(pause, given_to=last)
    given = stores.pauses.save_ending(connection, further, given=len(awarded))
    if len(awarded) < at_once:
        stores.pauses.remove(connection, pause)
        now = stores.database.now(connection)
        entry = entry_of_worker(
            EntryKind.PAUSE_OVER,
            {"pause_id": pause_id, "what": pause.what.value, "cards": given},
            subjects={"region": pause.region},
            request_id=request_id,
        )
        stores.journal.append(connection, [entry], now=now)
    return len(awarded)


def _save(
    connection: sa.Connection,
    pause: Pause,
    past: Standstill,
    cards: Mapping[str, Card],
    awarded: Mapping[str, datetime],
    stores: Stores,
) -> None:
    others = [each for each in stores.pauses.in_force(connection) if each != pause]
    trainings = stores.enrolments.history(connection, list(cards))
    after = []
    for ref, card in cards.items():
        stopped = clock_stopped_at(others, ref, regency=card.region)
        begins = awarded[ref]
        if card.state is not CardState.AWARDED:
            begins = opens_again(trainings.get(ref, [])) or pause.began_at
        after.append(with_days_back(replace(card, paused_at=stopped), past, begins=begins))
    stores.cards.save(connection, after)
    stores.due_times.follow_clocks(connection, after)
