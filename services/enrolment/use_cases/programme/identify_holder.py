"""Tell whether somebody knows a card's number and its holder's NIK, and record that it was asked."""

from __future__ import annotations

from dataclasses import dataclass, field

import sqlalchemy as sa

from chassis.identity import Principal
from chassis.journal import Entry
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.programme.card import Card
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.shared.find_card import find_card

REASON = "Somebody signs in with the card for the first time, or without the password"


@dataclass(frozen=True, slots=True)
class IdentifyHolder:
    """Somebody names a card and a NIK as one's own."""

    card_number: str = field(repr=False)
    nik: str = field(repr=False)
    caller: Principal
    request_id: str


def identify_holder(
    connection: sa.Connection, command: IdentifyHolder, *, stores: Stores
) -> Card | None:
    """Return the card where the numbers belong together.

    Recorded with the card that has the number, also where the NIK is another one. A number that no card has is
    nobody's, and is not recorded: anybody may ask for as many as there are.
    """
    by_number = find_card(connection, card_number=command.card_number, nik=None, stores=stores)
    by_nik = find_card(connection, card_number=None, nik=command.nik, stores=stores)
    if by_number is None:
        return None
    belongs = by_nik is not None and by_nik.card_ref == by_number.card_ref
    now = stores.database.now(connection)
    stores.journal.append(connection, [_entry(command, by_number, belongs=belongs)], now=now)
    return by_number if belongs else None


def _entry(command: IdentifyHolder, card: Card, *, belongs: bool) -> Entry:
    return Entry(
        kind=EntryKind.CARD_LOOKED_UP,
        actor=command.caller.subject,
        role=command.caller.role,
        request_id=command.request_id,
        subjects={"card_ref": card.card_ref, "region": card.region},
        body={"by": "card_number_and_nik", "reason": REASON, "shown": belongs},
    )
