"""Give a seat back: money and seat return by compensating entries, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from chassis.identity import Principal
from chassis.journal import Entry
from chassis.problems import NotFound
from services.enrolment.domain.programme.rule_set import RuleSet
from services.enrolment.domain.reach import reach_to_act
from services.enrolment.domain.seats.cancellation import Cancelled, cancel
from services.enrolment.domain.seats.enrolment import Enrolment
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.recorded import Recorded


@dataclass(frozen=True, slots=True)
class CancelEnrolment:
    """Somebody gives a seat back, with a reason. `movement_id` is the id the refund would get."""

    enrolment_id: str
    movement_id: str
    reason: str
    caller: Principal
    request_id: str


def cancel_enrolment(
    connection: sa.Connection, command: CancelEnrolment, *, stores: Stores, rules: RuleSet
) -> Recorded[Cancelled]:
    """Cancel an enrolment of the caller's own.

    Raises `NotFound` for what is absent or another's, `CancellationClosed` where the rules forbid it.
    """
    enrolment = _found(connection, command, stores)
    classes = stores.classes.lock(connection, [enrolment.class_id])
    cards = stores.cards.lock(connection, [enrolment.card_ref])
    enrolment = _found(connection, command, stores)  # as it stands now that its card is locked
    past = stores.enrolments.history(connection, [enrolment.card_ref]).get(enrolment.card_ref, [])
    now = stores.database.now(connection)
    cancelled = cancel(
        enrolment,
        card=cards[enrolment.card_ref],
        training_class=classes[enrolment.class_id],
        role=command.caller.role,
        other_live=sum(e.is_live and e.class_id != enrolment.class_id for e in past),
        movement_id=command.movement_id,
        now=now,
        rules=rules,
    )
    stores.classes.save_held(connection, [cancelled.training_class], before=classes)
    stores.cards.save(connection, [cancelled.card])
    stores.enrolments.save_state(connection, cancelled.enrolment)
    if cancelled.movement is not None:
        stores.movements.add(connection, [cancelled.movement], now=now)
    position = stores.journal.append(
        connection, [_entry(command, cancelled, rules.version)], now=now
    )
    return Recorded(cancelled, position)


def _found(connection: sa.Connection, command: CancelEnrolment, stores: Stores) -> Enrolment:
    enrolment = stores.enrolments.find(connection, command.enrolment_id)
    if enrolment is None or not reach_to_act(command.caller).has_enrolment(
        card_ref=enrolment.card_ref, provider_id=enrolment.provider_id
    ):
        raise NotFound
    return enrolment


def _entry(command: CancelEnrolment, cancelled: Cancelled, rule_version: str) -> Entry:
    enrolment = cancelled.enrolment
    return Entry(
        kind="enrolment-cancelled",
        actor=command.caller.subject,
        role=command.caller.role,
        request_id=command.request_id,
        rule_version=rule_version,
        subjects={
            "class_id": enrolment.class_id,
            "provider_id": enrolment.provider_id,
            "card_ref": enrolment.card_ref,
            "region": cancelled.card.region,
        },
        body={
            "enrolment_id": enrolment.enrolment_id,
            "reason": command.reason,
            "price": enrolment.price,
            "balance": cancelled.card.balance,
            "card_state": cancelled.card.state.value,
            "held": cancelled.training_class.held,
            "movement_id": cancelled.movement.movement_id if cancelled.movement else None,
        },
    )
