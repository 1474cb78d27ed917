"""Readings of personal data, as the journal tells of them: who read whom, why and when; the newest first.

A roster, the results of a file and the holders whom a list hit tell of many at once: of one card, these are the
readings in which it stood. Each kind of them is found by an index: a page costs the same however many there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.clock import write_instant
from chassis.journal import Journal, RecordedEntry
from chassis.json_text import identifier_in
from chassis.pagination import Page
from services.enrolment.domain.entry_kinds import READINGS, EntryKind
from services.enrolment.domain.seats.enrolment import EnrolmentState
from services.enrolment.storage.tables.draws import APPLICATION
from services.enrolment.storage.tables.exclusions import EXCLUSION_CASE
from services.enrolment.storage.tables.journal import JOURNAL, of_kinds
from services.enrolment.storage.tables.programme import ADMISSION, CARD
from services.enrolment.storage.tables.seats import ENROLMENT

J, E, C, A, X = JOURNAL.entry.c, ENROLMENT.c, CARD.c, ADMISSION.c, EXCLUSION_CASE.c
_CANCELLING = JOURNAL.entry.alias("cancelling")
K = _CANCELLING.c
Condition = sa.ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Sought:
    """Which readings: of one card, by one actor, of one kind, in a span of time; what is None narrows nothing."""

    card_ref: str | None = None
    actor: str | None = None
    kind: EntryKind | None = None
    since: datetime | None = None
    until: datetime | None = None


def list_readings(
    connection: sa.Connection, page: Page, sought: Sought, *, journal: Journal
) -> dict[str, Any]:
    """Return a page of readings, the newest first."""
    within = list(_span(connection, page, sought, journal))
    narrowed = [] if sought.actor is None else [J.actor == sought.actor]
    sources = [
        sa.select(J.position)
        .where(of_kinds(*READINGS), *source, *narrowed, *within)
        .order_by(J.position.desc())
        .limit(page.limit + 1)
        .subquery()
        for source in _sources(sought)
    ]
    positions = sa.union_all(*[sa.select(source.c.position) for source in sources]).subquery()
    query = (
        sa.select(JOURNAL.entry)
        .where(J.position.in_(sa.select(positions.c.position)))
        .order_by(J.position.desc())
        .limit(page.limit + 1)
    )
    entries = [journal.recorded(row) for row in connection.execute(query)]
    return page.of(entries, present=_document, key=lambda entry: str(entry.position))


def _span(
    connection: sa.Connection, page: Page, sought: Sought, journal: Journal
) -> Iterator[Condition]:
    if page.after is not None:
        yield J.position < int(page.after)
    if sought.since is not None:
        yield J.position > journal.size_at(connection, sought.since)
    if sought.until is not None:
        yield J.position <= journal.size_at(connection, sought.until)


def _sources(sought: Sought) -> Iterator[list[Condition]]:
    """Yield what finds the readings, each by one index."""
    kinds = READINGS if sought.kind is None else (sought.kind,)
    if sought.card_ref is not None:
        told = {kind: _tells_of(kind, sought.card_ref) for kind in kinds}
        yield from ([of_kinds(kind), *conditions] for kind, conditions in told.items())
    elif sought.actor is not None:
        yield [of_kinds(*kinds)]
    else:
        yield from ([of_kinds(kind)] for kind in kinds)


def _tells_of(kind: EntryKind, card_ref: str) -> list[Condition]:
    """Return what holds of a reading in which a card stood."""
    match kind:
        case EntryKind.ROSTER_READ:
            return [
                J.class_id.in_(sa.select(E.class_id).where(E.card_ref == card_ref)),
                _was_in(card_ref),
            ]
        case EntryKind.ADMISSION_FILE_READ:
            return [_is_of_file(card_ref)]
        case EntryKind.EXCLUSION_LIST_READ:
            return [_is_of_list(card_ref)]
        case EntryKind.APPLICATION_LOOKED_UP:
            return [_is_of_application(card_ref)]
        case _:
            return [J.card_ref == card_ref]


def _was_in(card_ref: str) -> Condition:
    """Tell whether a card was in the class of an entry then: it had enrolled, and had not cancelled."""
    cancelled_later = (
        sa.exists()
        .where(
            K.card_ref == card_ref,
            K.kind == EntryKind.ENROLMENT_CANCELLED,
            identifier_in(K.body, "enrolment_id") == E.enrolment_id,
            K.position > J.position,
        )
        .correlate(ENROLMENT, JOURNAL.entry)
    )
    return (
        sa.exists()
        .where(
            E.card_ref == card_ref,
            E.class_id == J.class_id,
            E.enrolled_at <= J.recorded_at,
            sa.or_(E.state != EnrolmentState.CANCELLED.value, cancelled_later),
        )
        .correlate(JOURNAL.entry)
    )


def _is_of_file(card_ref: str) -> Condition:
    awarded_from = (
        sa.select(A.file_id)
        .join(CARD, C.admission_id == A.admission_id)
        .where(C.card_ref == card_ref, C.awarded_at <= J.recorded_at)
    )
    return identifier_in(J.body, "file_id").in_(awarded_from)


def _is_of_list(card_ref: str) -> Condition:
    hit_by = sa.select(X.list_id).where(X.card_ref == card_ref, X.opened_at <= J.recorded_at)
    return identifier_in(J.body, "list_id").in_(hit_by)


def _is_of_application(card_ref: str) -> Condition:
    drawn = sa.select(APPLICATION.c.application_id).where(APPLICATION.c.card_ref == card_ref)
    return identifier_in(J.body, "application_id").in_(drawn)


def _document(entry: RecordedEntry) -> dict[str, Any]:
    body: Mapping[str, Any] = entry.body
    return {
        "position": entry.position,
        "read_at": write_instant(entry.recorded_at),
        "kind": entry.kind,
        "actor": entry.actor,
        "role": entry.role,
        "reason": body.get("reason"),
        "by": body.get("by"),
        "shown": body.get("shown", True),
        "card_ref": entry.subjects["card_ref"],
        "class_id": entry.subjects["class_id"],
        "provider_id": entry.subjects["provider_id"],
        "file_id": body.get("file_id"),
        "list_id": body.get("list_id"),
        "case_id": body.get("case_id"),
        "application_id": body.get("application_id"),
    }
