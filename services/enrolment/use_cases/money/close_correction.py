"""Close a correction without any money moving: somebody else refuses it, or who proposed it withdraws it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa

from chassis.identity import Principal
from chassis.problems import NotFound
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.money.correction import Correction, refuse, withdraw
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.money.correction_entries import correction_entry


def refuse_correction(
    connection: sa.Connection,
    correction_id: str,
    *,
    reason: str,
    caller: Principal,
    request_id: str,
    stores: Stores,
) -> Correction:
    """Refuse a correction that somebody else proposed. Raises `NotFound`, `StateConflict`, `SamePerson`."""

    def decide(correction: Correction, now: datetime) -> Correction:
        return refuse(correction, refuser=caller.subject, reason=reason, now=now)

    return _close(
        connection,
        correction_id,
        decide,
        kind=EntryKind.CORRECTION_REFUSED,
        caller=caller,
        request_id=request_id,
        stores=stores,
    )


def withdraw_correction(
    connection: sa.Connection,
    correction_id: str,
    *,
    reason: str,
    caller: Principal,
    request_id: str,
    stores: Stores,
) -> Correction:
    """Withdraw a correction of one's own. Raises `NotFound`, `StateConflict`."""

    def decide(correction: Correction, now: datetime) -> Correction:
        return withdraw(correction, by=caller.subject, reason=reason, now=now)

    return _close(
        connection,
        correction_id,
        decide,
        kind=EntryKind.CORRECTION_WITHDRAWN,
        caller=caller,
        request_id=request_id,
        stores=stores,
    )


def _close(
    connection: sa.Connection,
    correction_id: str,
    decide: Callable[[Correction, datetime], Correction],
    *,
    kind: EntryKind,
    caller: Principal,
    request_id: str,
    stores: Stores,
) -> Correction:
    correction = stores.corrections.lock(connection, correction_id)
    if correction is None:
        raise NotFound
    now = stores.database.now(connection)
    closed = decide(correction, now)
    stores.corrections.save(connection, closed)
    card = stores.cards.read(connection, correction.card_ref)
    entry = correction_entry(
        kind,
        closed,
        region=card.region if card else None,
        caller=caller,
        request_id=request_id,
        said={"reason": closed.decision_reason},
    )
    stores.journal.append(connection, [entry], now=now)
    return closed
