"""Close a correction without any money moving: somebody else refuses it, or who proposed it withdraws it."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.identity import Principal
from chassis.problems import NotFound
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.money.correction import (
    Correction,
    CorrectionState,
    refuse,
    withdraw,
)
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.money.correction_entries import correction_entry

_CLOSINGS = {
    CorrectionState.REFUSED: (refuse, EntryKind.CORRECTION_REFUSED),
    CorrectionState.WITHDRAWN: (withdraw, EntryKind.CORRECTION_WITHDRAWN),
}


def close_correction(
    connection: sa.Connection,
    correction_id: str,
    state: CorrectionState,
    *,
    reason: str,
    caller: Principal,
    request_id: str,
    stores: Stores,
) -> Correction:
    """Let a correction be refused or withdrawn, as `state` says, for a reason.

    Raises `NotFound`, `StateConflict`, and `SamePerson` where somebody refuses an own one.
    """
    decide, kind = _CLOSINGS[state]
    correction = stores.corrections.lock(connection, correction_id)
    if correction is None:
        raise NotFound
    now = stores.database.now(connection)
    closed = decide(correction, by=caller.subject, reason=reason, now=now)
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
