"""Save cards that ended: state, money and journal alike, whatever ended them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.journal import Entry
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.programme.ending import Ended
from services.enrolment.storage.stores import Stores


def save_ended(
    connection: sa.Connection, ended: Sequence[Ended], *, now: datetime, stores: Stores
) -> None:
    """Save locked cards as they ended, the movements that emptied them, and that nobody owes a review any more."""
    stores.due_times.forget_reviews(connection, [each.card.card_ref for each in ended])
    stores.cards.save(connection, [each.card for each in ended])
    movements = [each.movement for each in ended if each.movement is not None]
    stores.movements.add(connection, movements, now=now)


def ended_entry(
    kind: EntryKind,
    ended: Ended,
    *,
    actor: str,
    role: str,
    request_id: str,
    said: Mapping[str, Any],
    rule_version: str | None = None,
) -> Entry:
    """Write the entry about a card that ended; `said` is what this kind adds."""
    card, movement = ended.card, ended.movement
    return Entry(
        kind=kind,
        actor=actor,
        role=role,
        request_id=request_id,
        rule_version=rule_version,
        subjects={"card_ref": card.card_ref, "region": card.region},
        body={
            **said,
            "amount": ended.amount,
            "balance": card.balance,
            "card_state": card.state.value,
            "movement_id": None if movement is None else movement.movement_id,
        },
    )
