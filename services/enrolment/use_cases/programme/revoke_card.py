"""Revoke a card under the number of a case; where that is an exclusion case, it ends with it."""

from __future__ import annotations

from dataclasses import dataclass, field

import sqlalchemy as sa

from chassis.identifiers import is_id, new_id
from chassis.identity import Principal
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.exclusion.case import Decision, ExclusionCase, revoked
from services.enrolment.domain.money.movement import Cause
from services.enrolment.domain.programme.card import Card
from services.enrolment.domain.programme.ending import Ended, revoke
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.shared.ended_cards import ended_entry, save_ended
from services.enrolment.use_cases.shared.find_card import named_card
from services.enrolment.use_cases.shared.settled_incentives import Settled, settle_incentives


@dataclass(frozen=True, slots=True)
class RevokeCard:
    """An operator revokes a card, named by its number or else by its reference, for a reason, in a case."""

    card_number: str | None = field(repr=False)
    card_ref: str | None
    reason: str
    case_number: str
    caller: Principal
    request_id: str


def revoke_card(
    connection: sa.Connection, command: RevokeCard, *, stores: Stores
) -> Settled[Ended]:
    """Revoke the card; what was on it returns to the State with the incentives that are due, its place stays taken.

    Raises `CardNotFound`, `StateConflict` where the card has ended already, a training is running, or the exclusion
    case may still be appealed.
    """
    found = named_card(
        connection, card_number=command.card_number, card_ref=command.card_ref, stores=stores
    )
    case = _exclusion_case(connection, command, found, stores)
    card = stores.cards.lock(connection, [found.card_ref])[found.card_ref]
    past = stores.enrolments.history(connection, [card.card_ref]).get(card.card_ref, [])
    now = stores.database.now(connection)
    running = sum(enrolment.is_live for enrolment in past)
    ended = revoke(card, running=running, movement_id=new_id(), now=now)
    if case is not None:
        by = Decision(command.caller.subject, now, command.reason)
        stores.exclusion_cases.save(connection, revoked(case, by))
    save_ended(connection, [ended], now=now, stores=stores)
    entry = ended_entry(
        EntryKind.CARD_REVOKED,
        ended,
        actor=command.caller.subject,
        role=command.caller.role,
        request_id=command.request_id,
        said={
            "case_number": command.case_number,
            "reason": command.reason,
            **({} if case is None else {"case_id": case.case_id}),
        },
        rule_version=stores.rules.at(connection, now).version,
    )
    settlement, entries = settle_incentives(
        connection,
        ended.card,
        because=Cause.REVOCATION,
        caller=command.caller,
        request_id=command.request_id,
        now=now,
        stores=stores,
    )
    stores.journal.append(connection, [entry, *entries], now=now)
    return Settled(ended, settlement)


def _exclusion_case(
    connection: sa.Connection, command: RevokeCard, card: Card, stores: Stores
) -> ExclusionCase | None:
    """Lock the exclusion case about this card whose id is the number of the case; None where it is none."""
    if not is_id(command.case_number):
        return None
    case = stores.exclusion_cases.lock(connection, command.case_number)
    return case if case is not None and case.card_ref == card.card_ref else None
