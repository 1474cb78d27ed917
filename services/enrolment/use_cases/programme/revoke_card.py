"""Revoke a card under the number of a case."""

from __future__ import annotations

from dataclasses import dataclass, field

import sqlalchemy as sa

from chassis.identifiers import new_id
from chassis.identity import Principal
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.programme.ending import Ended, revoke
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.shared.ended_cards import ended_entry, save_ended
from services.enrolment.use_cases.shared.find_card import named_card


@dataclass(frozen=True, slots=True)
class RevokeCard:
    """An operator revokes a card, named by its number or else by its reference, for a reason, in a case."""

    card_number: str | None = field(repr=False)
    card_ref: str | None
    reason: str
    case_number: str
    caller: Principal
    request_id: str


def revoke_card(connection: sa.Connection, command: RevokeCard, *, stores: Stores) -> Ended:
    """Revoke the card; what was on it returns to the State, its place stays taken.

    Raises `CardNotFound`, `StateConflict` where the card has ended already or a training is running.
    """
    found = named_card(
        connection, card_number=command.card_number, card_ref=command.card_ref, stores=stores
    )
    card = stores.cards.lock(connection, [found.card_ref])[found.card_ref]
    past = stores.enrolments.history(connection, [card.card_ref]).get(card.card_ref, [])
    now = stores.database.now(connection)
    running = sum(enrolment.is_live for enrolment in past)
    ended = revoke(card, running=running, movement_id=new_id(), now=now)
    save_ended(connection, [ended], now=now, stores=stores)
    entry = ended_entry(
        EntryKind.CARD_REVOKED,
        ended,
        actor=command.caller.subject,
        role=command.caller.role,
        request_id=command.request_id,
        said={"case_number": command.case_number, "reason": command.reason},
        rule_version=stores.rules.at(connection, now).version,
    )
    stores.journal.append(connection, [entry], now=now)
    return ended
