"""Propose a correction of a card's money: nothing moves until somebody else approves it."""

from __future__ import annotations

from dataclasses import dataclass, field

import sqlalchemy as sa

from chassis.clock import write_instant
from chassis.identity import Principal
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.money.correction import STANDS_FOR, Correction, check_not_over
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.money.correction_entries import correction_entry
from services.enrolment.use_cases.shared.find_card import named_card


@dataclass(frozen=True, slots=True)
class ProposeCorrection:
    """Somebody wants a card's money corrected; the card is named by its number, or else by its reference."""

    correction_id: str
    card_number: str | None = field(repr=False)
    card_ref: str | None
    amount: int
    reason: str
    case_number: str
    caller: Principal
    request_id: str


def propose_correction(
    connection: sa.Connection, command: ProposeCorrection, *, stores: Stores
) -> Correction:
    """Add a proposal and return it. Raises `CardNotFound`, `CardNotUsable` where the card has ended."""
    card = named_card(
        connection, card_number=command.card_number, card_ref=command.card_ref, stores=stores
    )
    now = stores.database.now(connection)
    check_not_over(card, now)
    correction = Correction(
        correction_id=command.correction_id,
        card_ref=card.card_ref,
        amount=command.amount,
        reason=command.reason,
        case_number=command.case_number,
        proposed_by=command.caller.subject,
        proposed_at=now,
        expires_at=now + STANDS_FOR,
    )
    stores.corrections.add(connection, correction)
    entry = correction_entry(
        EntryKind.CORRECTION_PROPOSED,
        correction,
        region=card.region,
        caller=command.caller,
        request_id=command.request_id,
        said={"reason": command.reason, "expires_at": write_instant(correction.expires_at)},
    )
    stores.journal.append(connection, [entry], now=now)
    return correction
