"""Give a seat back: money and seat return by compensating entries, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa

from chassis.identity import Principal
from services.enrolment.domain.programme.card import Card
from services.enrolment.domain.programme.standstill import Standstill, standstills
from services.enrolment.domain.seats.cancellation import Cancelled, cancel
from services.enrolment.domain.seats.enrolment import Enrolment
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.shared.actor import called_by
from services.enrolment.use_cases.shared.own_enrolment import own_enrolment
from services.enrolment.use_cases.shared.recorded import Recorded
from services.enrolment.use_cases.shared.returned_seats import save_cancellations


@dataclass(frozen=True, slots=True)
class CancelEnrolment:
    """Somebody gives a seat back, with a reason. `movement_id` is the id the refund would get."""

    enrolment_id: str
    movement_id: str
    reason: str
    caller: Principal
    request_id: str


def cancel_enrolment(
    connection: sa.Connection, command: CancelEnrolment, *, stores: Stores
) -> Recorded[Cancelled]:
    """Cancel an enrolment of the caller's own.

    Raises `NotFound` for what is absent or another's, `CancellationClosed` where the rules forbid it.
    """
    find = partial(
        own_enrolment, connection, command.enrolment_id, caller=command.caller, stores=stores
    )
    enrolment = find()
    classes = stores.classes.lock(connection, [enrolment.class_id])
    cards = stores.cards.lock(connection, [enrolment.card_ref])
    enrolment = find()  # as it stands now that its card is locked
    past = stores.enrolments.history(connection, [enrolment.card_ref]).get(enrolment.card_ref, [])
    evidence = stores.evidence.of(connection, [enrolment.enrolment_id])
    now = stores.database.now(connection)
    rules = stores.rules.at(connection, now)
    card = cards[enrolment.card_ref]
    cancelled = cancel(
        enrolment,
        card=card,
        training_class=classes[enrolment.class_id],
        evidence=evidence.get(enrolment.enrolment_id, []),
        past=past,
        role=command.caller.role,
        movement_id=command.movement_id,
        now=now,
        rules=rules,
        standstills=_standstills(connection, enrolment, card, stores),
    )
    position = save_cancellations(
        connection,
        [cancelled],
        called_by(command.caller, command.request_id),
        reason=command.reason,
        before=classes,
        now=now,
        stores=stores,
        rules=rules,
    )
    return Recorded(cancelled, position)


def _standstills(
    connection: sa.Connection, enrolment: Enrolment, card: Card, stores: Stores
) -> list[Standstill]:
    since = enrolment.enrolled_at
    pauses = stores.pauses.in_force_or_ended_since(connection, since)
    return [
        *stores.exclusion_cases.past_bars(connection, card.card_ref),
        *standstills(pauses, regency=card.region),
    ]
