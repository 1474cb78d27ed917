"""What every cancellation writes, whoever cancels: seats, cards, enrolments, movements, and an entry for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from chassis.journal import Entry
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.seats.cancellation import Cancelled
from services.enrolment.domain.seats.training_class import TrainingClass
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.shared.actor import Actor
from vocabulary.rule_set import RuleSet


def save_cancellations(
    connection: sa.Connection,
    cancelled: Sequence[Cancelled],
    actor: Actor,
    *,
    reason: str | None,
    before: Mapping[str, TrainingClass],
    now: datetime,
    stores: Stores,
    rules: RuleSet,
) -> int:
    """Save cancellations of different cards, with a fixed number of statements.

    `before` are their classes as they were locked. Return the journal position of the first one's entry.
    """
    last_of_class = {c.training_class.class_id: c.training_class for c in cancelled}
    stores.classes.save_held(connection, list(last_of_class.values()), before=before)
    stores.cards.save(connection, [c.card for c in cancelled])
    stores.enrolments.save_states(connection, [c.enrolment for c in cancelled])
    stores.due_times.follow_clocks(connection, [c.card for c in cancelled])
    movements = [c.movement for c in cancelled if c.movement is not None]
    stores.movements.add(connection, movements, now=now)
    entries = [_entry(c, actor, reason, rules.version) for c in cancelled]
    return stores.journal.append(connection, entries, now=now)


def _entry(cancelled: Cancelled, actor: Actor, reason: str | None, rule_version: str) -> Entry:
    enrolment = cancelled.enrolment
    return Entry(
        kind=EntryKind.ENROLMENT_CANCELLED,
        actor=actor.subject,
        role=actor.role,
        request_id=actor.request_id,
        rule_version=rule_version,
        subjects={
            "class_id": enrolment.class_id,
            "provider_id": enrolment.provider_id,
            "card_ref": enrolment.card_ref,
            "region": cancelled.card.region,
        },
        body={
            "enrolment_id": enrolment.enrolment_id,
            "reason": reason,
            "status_before": cancelled.state_before.value,
            "price": enrolment.price,
            "balance": cancelled.card.balance,
            "card_state": cancelled.card.state.value,
            "held": cancelled.training_class.held,
            "movement_id": cancelled.movement.movement_id if cancelled.movement else None,
            # The entry of the move that it rests on.
            "free_exit": cancelled.training_class.moved_position if cancelled.free_exit else None,
        },
    )
