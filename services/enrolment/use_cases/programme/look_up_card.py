"""Find a card for somebody who assists its holder, and record that it was looked up: who, whom, why, when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.identity import Principal
from chassis.journal import Entry
from chassis.problems import Problem
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.programme.card import Card
from services.enrolment.domain.reach import reach_to_act, reach_to_read
from services.enrolment.queries.cards import show_card
from services.enrolment.storage.persons import SealedPerson
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.shared.find_card import find_card


@dataclass(frozen=True, slots=True)
class LookUpCard:
    """Somebody looks for a card by its number, or else by its holder's NIK, for a reason."""

    card_number: str | None = field(repr=False)
    nik: str | None = field(repr=False)
    reason: str
    caller: Principal
    request_id: str


@dataclass(frozen=True, slots=True)
class FoundCard:
    """A card as it is shown, and who holds it, not readable yet."""

    document: Mapping[str, Any]
    person: SealedPerson

    @property
    def card_ref(self) -> str:
        """Return the reference that stands for the card."""
        return self.person.card_ref


def look_up_card(
    connection: sa.Connection, command: LookUpCard, *, stores: Stores
) -> FoundCard | None:
    """Find the card, or return None where there is none or it lies outside the caller's region.

    Every attempt is recorded, also one that finds nothing; the number that was looked for stands nowhere. Who holds the
    card stays sealed until this is committed: nobody sees a person whose reading is not recorded.
    """
    card = find_card(connection, card_number=command.card_number, nik=command.nik, stores=stores)
    shown = card is not None and reach_to_read(command.caller).has_card(region=card.region)
    now = stores.database.now(connection)
    found = _found(connection, card.card_ref, now=now, stores=stores) if card and shown else None
    stores.journal.append(connection, [_entry(command, card, shown=shown)], now=now)
    return found


def record_refused(
    connection: sa.Connection,
    refusal: Problem,
    *,
    card_number: str | None,
    nik: str | None,
    what: str,
    caller: Principal,
    request_id: str,
    stores: Stores,
) -> None:
    """Record that something was refused for which a card was named by its number, or else by its holder's NIK.

    A refusal tells of the card, as a look-up does.
    """
    card = find_card(connection, card_number=card_number, nik=nik, stores=stores)
    reached = card is not None and reach_to_act(caller).has_card(region=card.region)
    command = LookUpCard(card_number, nik, f"{what} refused: {refusal.code}", caller, request_id)
    now = stores.database.now(connection)
    stores.journal.append(connection, [_entry(command, card, shown=reached)], now=now)


def with_holder(found: FoundCard, *, stores: Stores) -> dict[str, Any]:
    """Return the card with its holder's name and its number, after the look-up was committed.

    By the name the person is recognised, by the number enrolled.
    """
    person = stores.persons.opened(found.person)
    return {**found.document, "name": person.name, "card_number": person.card_number}


def _found(
    connection: sa.Connection, card_ref: str, *, now: datetime, stores: Stores
) -> FoundCard | None:
    document = show_card(connection, card_ref, now=now, stores=stores)
    person = stores.persons.sealed(connection, [card_ref]).get(card_ref)
    return FoundCard(document, person) if document and person else None


def _entry(command: LookUpCard, card: Card | None, *, shown: bool) -> Entry:
    return Entry(
        kind=EntryKind.CARD_LOOKED_UP,
        actor=command.caller.subject,
        role=command.caller.role,
        request_id=command.request_id,
        subjects={"card_ref": card.card_ref, "region": card.region} if card else {},
        body={
            "by": "nik" if command.card_number is None else "card_number",
            "reason": command.reason,
            "shown": shown,
        },
    )
