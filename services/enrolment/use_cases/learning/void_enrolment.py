"""Void a result under the number of a case: what an audit found outweighs it."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from chassis.identifiers import new_id
from chassis.identity import Principal
from chassis.journal import Entry
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.learning.voiding import Voided, void
from services.enrolment.domain.programme.card import Card
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.shared.enrolment_entries import enrolment_entry
from services.enrolment.use_cases.shared.held_enrolment import held_enrolment
from services.enrolment.use_cases.shared.recorded import Recorded
from services.enrolment.use_cases.shared.settled_incentives import Settled, settle_incentives


@dataclass(frozen=True, slots=True)
class VoidEnrolment:
    """An operator voids a result, for a reason, in a case."""

    enrolment_id: str
    reason: str
    case_number: str
    caller: Principal
    request_id: str


def void_enrolment(
    connection: sa.Connection, command: VoidEnrolment, *, stores: Stores
) -> Recorded[Settled[Voided]]:
    """Void the result; what is still set aside returns to the State, the card stays as it is.

    Incentives that rested on it are withdrawn; another training that was completed and reviewed earns them anew.

    Raises `NotFound`, `StateConflict` where the enrolment has no result that could be voided.
    """
    enrolment, card = held_enrolment(
        connection, command.enrolment_id, caller=command.caller, stores=stores
    )
    returned = stores.results.returned_its_money(connection, enrolment.enrolment_id)
    voided = void(enrolment, still_set_aside=not returned, movement_id=new_id())
    stores.enrolments.save_state(connection, voided.enrolment)
    now = stores.database.now(connection)
    movements = [] if voided.movement is None else [voided.movement]
    stores.movements.add(connection, movements, now=now)
    version = stores.rules.at(connection, now).version
    settlement, entries = settle_incentives(
        connection,
        card,
        caller=command.caller,
        request_id=command.request_id,
        now=now,
        stores=stores,
    )
    entry = _entry(voided, command, card, version)
    position = stores.journal.append(connection, [entry, *entries], now=now)
    return Recorded(Settled(voided, settlement), position)


def _entry(voided: Voided, command: VoidEnrolment, card: Card, rule_version: str) -> Entry:
    enrolment = voided.enrolment
    return enrolment_entry(
        EntryKind.ENROLMENT_VOIDED,
        enrolment,
        card,
        caller=command.caller,
        request_id=command.request_id,
        rule_version=rule_version,
        said={
            "reason": command.reason,
            "case_number": command.case_number,
            "status_before": voided.state_before.value,
            "price": enrolment.price,
            "balance": card.balance,
            "card_state": card.state.value,
            "movement_id": voided.movement.movement_id if voided.movement else None,
        },
    )
