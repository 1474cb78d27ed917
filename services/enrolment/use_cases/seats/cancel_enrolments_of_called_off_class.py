"""Settle a class that was called off: everybody in it gets seat, money and time back, without asking for it.

Nothing has to be remembered between two of these transactions. What is left to do is what the tables say: live
enrolments in classes that are cancelled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from chassis.identifiers import new_id
from services.enrolment.domain.programme.card import Card
from services.enrolment.domain.seats.cancellation import Cancelled, cancel
from services.enrolment.domain.seats.enrolment import Enrolment, PastEnrolment
from services.enrolment.domain.seats.training_class import TrainingClass
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.shared.actor import done_by_worker
from services.enrolment.use_cases.shared.returned_seats import save_cancellations
from vocabulary.roles import SYSTEM
from vocabulary.rule_set import RuleSet

CANCELLED_AT_ONCE = 100
"""Enrolments that one transaction cancels: everybody else's writes wait for it on SQLite."""


def cancel_enrolments_of_called_off_class(
    connection: sa.Connection, class_id: str, *, request_id: str, stores: Stores
) -> int:
    """Cancel up to `CANCELLED_AT_ONCE` live enrolments of a class that was called off; return how many.

    Nothing is done where the class is not called off, or not any more. Who cancels by hand meanwhile comes before or
    after, never twice, since both hold the class.
    """
    classes = stores.classes.lock(connection, [class_id])
    training_class = classes.get(class_id)
    if training_class is None or not training_class.is_cancelled:
        return 0
    found = stores.enrolments.live_in(connection, class_id, limit=CANCELLED_AT_ONCE)
    cards = stores.cards.lock(connection, [enrolment.card_ref for enrolment in found])
    # Read once more as they stand now that their cards are locked: one may have been redeemed meanwhile.
    found = stores.enrolments.live_in(connection, class_id, limit=CANCELLED_AT_ONCE)
    if not found:
        return 0
    history = stores.enrolments.history(connection, list(cards))
    now = stores.database.now(connection)
    rules = stores.rules.at(connection, now)
    cancelled = _cancel_all(found, training_class, cards, history, now=now, rules=rules)
    save_cancellations(
        connection,
        cancelled,
        done_by_worker(request_id),
        reason=training_class.reason,
        before=classes,
        now=now,
        stores=stores,
        rules=rules,
    )
    return len(cancelled)


def _cancel_all(
    enrolments: Sequence[Enrolment],
    training_class: TrainingClass,
    cards: Mapping[str, Card],
    history: Mapping[str, Sequence[PastEnrolment]],
    *,
    now: datetime,
    rules: RuleSet,
) -> list[Cancelled]:
    """Cancel one after another, each with the seats that the ones before it left; no card is there twice."""
    cancelled: list[Cancelled] = []
    for enrolment in enrolments:
        outcome = cancel(
            enrolment,
            card=cards[enrolment.card_ref],
            training_class=training_class,
            evidence=(),  # what was told of a class that was called off decides nothing
            past=history.get(enrolment.card_ref, []),
            role=SYSTEM,
            movement_id=new_id(),
            now=now,
            rules=rules,
        )
        training_class = outcome.training_class
        cancelled.append(outcome)
    return cancelled
