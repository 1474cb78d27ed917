"""Approve a correction that somebody else proposed: its money moves, with its entry, in one transaction."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.identity import Principal
from chassis.problems import NotFound
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.money.correction import Approved, approve
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.money.correction_entries import correction_entry
from services.enrolment.use_cases.shared.recorded import Recorded


def approve_correction(
    connection: sa.Connection,
    correction_id: str,
    *,
    movement_id: str,
    caller: Principal,
    request_id: str,
    stores: Stores,
) -> Recorded[Approved]:
    """Approve a correction; the rules judge by what is true under the locks of the correction and of its card.

    Raises `NotFound`, and what `domain.money.correction.approve` raises.
    """
    correction = stores.corrections.lock(connection, correction_id)
    if correction is None:
        raise NotFound
    card_ref = correction.card_ref
    card = stores.cards.lock(connection, [card_ref])[card_ref]
    now = stores.database.now(connection)
    award = stores.cards.award(connection, card_ref)
    awarded_by = stores.rules.promised(connection, award.rule_version, now=now)
    approved = approve(
        correction,
        card=card,
        benefit=awarded_by.training_balance,
        set_aside=stores.enrolments.set_aside(connection, card_ref),
        approver=caller.subject,
        movement_id=movement_id,
        now=now,
    )
    stores.corrections.save(connection, approved.correction)
    stores.cards.save(connection, [approved.card])
    stores.movements.add(connection, [approved.movement], now=now)
    entry = correction_entry(
        EntryKind.CORRECTION_APPROVED,
        approved.correction,
        region=card.region,
        caller=caller,
        request_id=request_id,
        rule_version=stores.rules.at(connection, now).version,
        said={
            "proposed_by": correction.proposed_by,
            "balance": approved.card.balance,
            "card_state": approved.card.state.value,
            "movement_id": movement_id,
        },
    )
    return Recorded(approved, stores.journal.append(connection, [entry], now=now))
