"""What happened to an enrolment, and who must act next and by when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.clock import write_instant
from chassis.journal import RecordedEntry
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.learning.attendance import uncorrected
from services.enrolment.domain.seats.enrolment import Enrolment, EnrolmentState
from services.enrolment.domain.seats.next_step import (
    NextStep,
    Progress,
    next_step,
    next_step_of_place,
)
from services.enrolment.domain.seats.training_class import TrainingClass
from services.enrolment.domain.seats.waiting_list import Place
from services.enrolment.queries.incentives import prospect_document
from services.enrolment.storage.stores import Stores
from services.enrolment.storage.tables.journal import JOURNAL

_ENDS = (
    EntryKind.ENROLMENT_CANCELLED,
    EntryKind.ENROLMENT_COMPLETED,
    EntryKind.ENROLMENT_INCOMPLETE,
    EntryKind.ENROLMENT_NO_SHOW,
)
"""What ends a training, whatever is told of it afterwards."""


def show_timeline(
    connection: sa.Connection, enrolment_id: str, *, stores: Stores
) -> dict[str, Any] | None:
    """Return the events of an enrolment or place in order and its next step, or None where there is no such thing."""
    enrolment = stores.enrolments.find(connection, enrolment_id)
    if enrolment is None:
        place = stores.places.find(connection, enrolment_id)
        return None if place is None else _of_place(connection, place, stores)
    training_class = stores.classes.read(connection, enrolment.class_id)
    now = stores.database.now(connection)
    step = None
    is_nobodys = _is_nobodys(connection, enrolment, stores)
    if training_class is not None and not is_nobodys:
        step = _next(connection, enrolment, training_class, now, stores)
    entries = _entries(connection, enrolment, stores)
    if training_class is not None and training_class.moved_position is not None:
        entries = _with_moves(connection, entries, training_class=training_class, stores=stores)
    return {
        "id": enrolment_id,
        "card_ref": enrolment.card_ref,
        "status": EnrolmentState(enrolment.state).value,
        "events": _events(entries),
        "next": _step_document(step),
        "incentive": None
        if is_nobodys
        else prospect_document(connection, enrolment, now=now, stores=stores),
    }


def _of_place(connection: sa.Connection, place: Place, stores: Stores) -> dict[str, Any]:
    return {
        "id": place.enrolment_id,
        "card_ref": place.card_ref,
        "status": place.state.value,
        "events": _events(_entries(connection, place, stores)),
        "next": _step_document(next_step_of_place(place)),
        "incentive": None,
    }


def _entries(
    connection: sa.Connection, of: Enrolment | Place, stores: Stores
) -> list[RecordedEntry]:
    """Read what the journal says of an enrolment or place, in order."""
    entry = JOURNAL.entry.c
    rows = connection.execute(
        sa.select(JOURNAL.entry)
        .where(entry.card_ref == of.card_ref)
        .where(entry.class_id == of.class_id)
        .order_by(entry.position)
    )
    entries = [stores.journal.recorded(row) for row in rows]
    return [each for each in entries if each.body.get("enrolment_id") == of.enrolment_id]


def _with_moves(
    connection: sa.Connection,
    entries: Sequence[RecordedEntry],
    *,
    training_class: TrainingClass,
    stores: Stores,
) -> list[RecordedEntry]:
    """Add what the journal says of moves of the class while the seat was held, each found by the one after it."""
    taken = min((e.position for e in entries if e.kind == EntryKind.ENROLMENT_CONFIRMED), default=0)
    ended = min((e.position for e in entries if e.kind in _ENDS), default=None)
    found: list[RecordedEntry] = []
    position = training_class.moved_position
    while taken and position is not None and position > taken:
        [move] = stores.journal.read(connection, after=position - 1, limit=1)
        if ended is None or position < ended:
            found.append(move)
        position = move.body["moved_before"]
    return sorted([*entries, *found], key=lambda each: each.position)


def _events(entries: Sequence[RecordedEntry]) -> list[dict[str, Any]]:
    return [
        {
            "position": entry.position,
            "kind": entry.kind,
            "at": write_instant(entry.recorded_at),
            "role": entry.role,
            "assisted": entry.body.get("assisted", False),
            "reason": entry.body.get("reason"),
        }
        for entry in entries
    ]


def _step_document(step: NextStep | None) -> dict[str, Any] | None:
    if step is None:
        return None
    return {
        "action": step.action,
        "actor": step.actor,
        "due_at": None if step.due_at is None else write_instant(step.due_at),
        "overdue": step.overdue,
    }


def _is_nobodys(connection: sa.Connection, enrolment: Enrolment, stores: Stores) -> bool:
    """Tell whether the review that is still owed will never come, since its holder was erased."""
    owes_review = enrolment.state is EnrolmentState.COMPLETED and not enrolment.reviewed
    return owes_review and not stores.persons.is_kept(connection, enrolment.card_ref)


def _next(
    connection: sa.Connection,
    enrolment: Enrolment,
    training_class: TrainingClass,
    now: datetime,
    stores: Stores,
) -> NextStep | None:
    card = stores.cards.read(connection, enrolment.card_ref)
    if card is not None and card.deadline is not None:  # a review is due with the clock
        enrolment = replace(enrolment, holder_due_at=card.runs_out_at)
    evidence = stores.evidence.of(connection, [enrolment.enrolment_id])
    told = evidence.get(enrolment.enrolment_id, [])
    return next_step(
        enrolment,
        training_class,
        stores.rules.at(connection, now),
        progress=Progress(bool(told), any(each.present for each in uncorrected(told))),
        now=now,
    )
