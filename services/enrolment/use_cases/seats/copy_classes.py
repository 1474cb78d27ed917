"""Copy what the catalogue tells of classes, and note which of them were moved with people in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from chassis.clock import write_instant
from chassis.journal import Entry
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.seats.moving import Move, move_of
from services.enrolment.domain.seats.training_class import Meeting
from services.enrolment.storage.classes import ClassCopy, plan_of
from services.enrolment.storage.stores import Stores
from vocabulary.roles import SYSTEM


def copy_classes(
    connection: sa.Connection,
    copies: Sequence[ClassCopy],
    *,
    actor: str,
    request_id: str,
    stores: Stores,
) -> None:
    """Copy classes, with an entry for each that was moved (`move_of`); seats held are enrolment's own and stay."""
    if not copies:
        return
    moves = list(_moves(connection, copies, stores))
    stores.classes.put(connection, copies)
    if moves:
        entries = [_entry(move, actor, request_id) for move in moves]
        first = stores.journal.append(connection, entries, now=stores.database.now(connection))
        stores.classes.save_moves(connection, first=first, count=len(entries))


def _moves(
    connection: sa.Connection, copies: Sequence[ClassCopy], stores: Stores
) -> Iterator[Move]:
    """Lock the classes that are known already, and tell of those that what comes moves."""
    known = stores.classes.lock(connection, [copy.class_id for copy in copies])
    for copy in copies:
        before = known.get(copy.class_id)
        move = before and move_of(before, plan_of(copy))
        if move:
            yield move


def _entry(move: Move, actor: str, request_id: str) -> Entry:
    before = move.training_class
    return Entry(
        kind=EntryKind.CLASS_MOVED,
        actor=actor,
        role=SYSTEM,
        request_id=request_id,
        subjects={"class_id": before.class_id, "provider_id": before.provider_id},
        body={
            "course_title": before.course_title,
            "held": before.held,
            "moved_before": before.moved_position,
            "venue_before": before.venue,
            "venue": move.to.venue,
            "meetings_before": _written(before.meetings),
            "meetings": _written(move.to.meetings),
        },
    )


def _written(meetings: Sequence[Meeting]) -> list[dict[str, str]]:
    return [
        {"starts_at": write_instant(each.starts_at), "ends_at": write_instant(each.ends_at)}
        for each in meetings
    ]
