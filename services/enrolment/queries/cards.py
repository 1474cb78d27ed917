"""A card as its holder, or somebody who assists, sees it; and every movement of its money."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.clock import write_instant
from chassis.pagination import Page
from services.enrolment.queries.exclusion_cases import cases_of_card
from services.enrolment.queries.incentives import incentives_of_card
from services.enrolment.storage.cards import card_of
from services.enrolment.storage.stores import Stores
from services.enrolment.storage.tables.money import CORRECTION, MOVEMENT
from services.enrolment.storage.tables.programme import CARD

M = MOVEMENT.c


def show_card(
    connection: sa.Connection, card_ref: str, *, now: datetime, stores: Stores
) -> dict[str, Any] | None:
    """Return a card's state, scheme, balance, deadline, exclusion cases and incentives at an instant, or None."""
    row = connection.execute(sa.select(CARD).where(CARD.c.card_ref == card_ref)).one_or_none()
    if row is None:
        return None
    card = stores.cards.settle(connection, [card_of(row)])[card_ref]
    return {
        "card_ref": row.card_ref,
        "status": card.state_at(now).value,
        "scheme": row.scheme,
        "balance": row.balance,
        "deadline": write_instant(card.runs_out_at) if card.runs_out_at else None,
        "region": card.region,
        "cluster": row.cluster,
        "wave_id": row.wave_id,
        "awarded_at": write_instant(row.awarded_at),
        "exclusion_cases": cases_of_card(connection, card_ref, now=now),
        **incentives_of_card(connection, row, now=now, stores=stores),
    }


def list_movements(connection: sa.Connection, page: Page, card_ref: str) -> dict[str, Any]:
    """Return the movements of a card's money, the oldest first."""
    query = (
        sa.select(MOVEMENT, CORRECTION.c.case_number)
        .outerjoin(CORRECTION, CORRECTION.c.correction_id == M.correction_id)
        .where(M.card_ref == card_ref)
    )
    if page.after is not None:
        query = query.where(M.movement_id > page.after)
    rows = connection.execute(query.order_by(M.movement_id).limit(page.limit + 1)).all()
    return page.of(rows, present=_movement_of_card, key=lambda row: str(row.movement_id))


def movement_document(row: sa.Row[Any]) -> dict[str, Any]:
    """Write a movement, whoever it is shown to."""
    return {
        "id": row.movement_id,
        "cause": row.cause,
        "from": row.source,
        "to": row.target,
        "amount": row.amount,
        "enrolment_id": row.enrolment_id,
        "class_id": row.class_id,
        "moved_at": write_instant(row.moved_at),
    }


def _movement_of_card(row: sa.Row[Any]) -> dict[str, Any]:
    corrected = {"correction_id": row.correction_id, "case_number": row.case_number}
    return {**movement_document(row), **corrected}
