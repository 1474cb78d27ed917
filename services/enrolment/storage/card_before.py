"""How the card of an enrolment stood before it was made, as the journal and the results of its other trainings tell."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.seats.enrolment import Enrolment
from services.enrolment.storage.tables.journal import JOURNAL
from services.enrolment.storage.tables.learning import TRAINING_RESULT
from services.enrolment.storage.tables.seats import ENROLMENT

E, J, R = ENROLMENT.c, JOURNAL.entry.c, TRAINING_RESULT.c
_ENDED = (
    EntryKind.ENROLMENT_CANCELLED,
    EntryKind.ENROLMENT_COMPLETED,
    EntryKind.ENROLMENT_INCOMPLETE,
    EntryKind.ENROLMENT_NO_SHOW,
)
_OWES_NO_REVIEW = (EntryKind.ENROLMENT_REVIEWED, EntryKind.ENROLMENT_VOIDED)
_TOLD = (EntryKind.ENROLMENT_CONFIRMED, *_ENDED, *_OWES_NO_REVIEW)


@dataclass(frozen=True, slots=True)
class CardBefore:
    """A card before an enrolment: its balance in rupiah, and what of its other trainings ran or was owed.

    `open_again_at` is when the last waiting time ended or would end; None where there was none.
    """

    balance: int
    running: int
    reviews_owed: int
    open_again_at: datetime | None


def card_before(connection: sa.Connection, enrolment: Enrolment) -> CardBefore:
    """Read how the card of an enrolment stood. Raises `LookupError` where no entry tells of it."""
    running, owed = set[str](), set[str]()
    told = sa.select(J.kind, J.body).where(J.card_ref == enrolment.card_ref, J.kind.in_(_TOLD))
    for row in connection.execute(told.order_by(J.position)):
        body = json.loads(row.body)
        enrolment_id = body["enrolment_id"]
        if enrolment_id == enrolment.enrolment_id:
            balance = body["balance"] + enrolment.price
            return CardBefore(balance, len(running), len(owed), _waits(connection, enrolment))
        if row.kind == EntryKind.ENROLMENT_CONFIRMED:
            running.add(enrolment_id)
        if row.kind in _ENDED:
            running.discard(enrolment_id)
        if row.kind == EntryKind.ENROLMENT_COMPLETED:
            owed.add(enrolment_id)
        if row.kind in _OWES_NO_REVIEW:
            owed.discard(enrolment_id)
    raise LookupError(f"no entry tells of the enrolment {enrolment.enrolment_id}")


def _waits(connection: sa.Connection, enrolment: Enrolment) -> datetime | None:
    judged = (
        sa.select(sa.func.max(E.open_again_at))
        .join(TRAINING_RESULT, R.enrolment_id == E.enrolment_id)
        .where(
            E.card_ref == enrolment.card_ref,
            E.enrolment_id != enrolment.enrolment_id,
            R.given_at <= enrolment.enrolled_at,
        )
    )
    waits: datetime | None = connection.execute(judged).scalar()
    return waits
