"""Record evidence of attendance, up to a thousand at once: what is kept is an entry of the journal each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from chassis.clock import write_instant
from chassis.identity import Principal
from chassis.journal import Entry
from chassis.problems import Problem
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.learning.evidence import Evidence
from services.enrolment.domain.learning.recording import Kept, Known, Repeated, record_all
from services.enrolment.domain.programme.card import Card
from services.enrolment.domain.reach import reach_to_act
from services.enrolment.domain.seats.enrolment import Enrolment
from services.enrolment.storage.evidence import Recorder
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.shared.enrolment_entries import enrolment_entry
from services.enrolment.use_cases.shared.recorded import Recorded
from vocabulary.roles import OPERATOR


@dataclass(frozen=True, slots=True)
class RecordAttendance:
    """Evidence as it was sent: for each item either the evidence or the refusal that its form earned."""

    items: Sequence[Evidence | Problem]
    caller: Principal
    request_id: str


Outcome = Recorded[Kept] | Repeated | Problem


def record_attendance(
    connection: sa.Connection, command: RecordAttendance, *, stores: Stores
) -> list[Outcome]:
    """Keep evidence about enrolments within the caller's reach; return what became of each, in order."""
    sent = [item for item in command.items if isinstance(item, Evidence)]
    enrolments = _within_reach(connection, sent, command, stores)
    cards = stores.cards.lock(connection, [each.card_ref for each in enrolments.values()])
    known = _known(connection, sent, list(enrolments), command, stores)
    outcomes = record_all(command.items, known)
    kept = [outcome for outcome in outcomes if isinstance(outcome, Kept)]
    first = _save(connection, kept, command, known, cards, stores) if kept else 0
    places = iter(range(first, first + len(kept)))
    return [
        Recorded(outcome, next(places)) if isinstance(outcome, Kept) else outcome
        for outcome in outcomes
    ]


def _within_reach(
    connection: sa.Connection,
    sent: Sequence[Evidence],
    command: RecordAttendance,
    stores: Stores,
) -> dict[str, Enrolment]:
    reach = reach_to_act(command.caller)
    found = stores.enrolments.find_all(connection, [each.enrolment_id for each in sent])
    return {
        enrolment_id: each
        for enrolment_id, each in found.items()
        if reach.has_enrolment(card_ref=each.card_ref, provider_id=each.provider_id)
    }


def _known(
    connection: sa.Connection,
    sent: Sequence[Evidence],
    enrolment_ids: Sequence[str],
    command: RecordAttendance,
    stores: Stores,
) -> Known:
    """Read everything as it stands now that the cards are locked."""
    corrected = [each.corrects for each in sent if each.corrects is not None]
    named = [each.evidence_id for each in sent] + corrected
    enrolments = stores.enrolments.find_all(connection, enrolment_ids)
    classes = stores.classes.find_all(connection, [each.class_id for each in enrolments.values()])
    evidence = stores.evidence.known(connection, named)
    corrections = stores.evidence.corrections(connection, corrected)
    entries = stores.evidence.counts(connection, enrolment_ids)
    now = stores.database.now(connection)
    return Known(
        enrolments=enrolments,
        classes=classes,
        evidence=evidence,
        corrections=corrections,
        entries=entries,
        by_operator=command.caller.role == OPERATOR,
        rules=stores.rules.at(connection, now),
        now=now,
    )


def _save(
    connection: sa.Connection,
    kept: Sequence[Kept],
    command: RecordAttendance,
    known: Known,
    cards: dict[str, Card],
    stores: Stores,
) -> int:
    """Write the entries, and then the evidence with its place among them; return the first one's position."""
    version = known.rules.version
    entries = [_entry(each, command, cards[each.enrolment.card_ref], version) for each in kept]
    first = stores.journal.append(connection, entries, now=known.now)
    stores.evidence.add(
        connection,
        [each.evidence for each in kept],
        Recorder(command.caller.subject, command.caller.role),
        first_position=first,
        now=known.now,
    )
    return first


def _entry(kept: Kept, command: RecordAttendance, card: Card, rule_version: str) -> Entry:
    evidence, enrolment = kept.evidence, kept.enrolment
    corrects = evidence.corrects is not None
    return enrolment_entry(
        EntryKind.ATTENDANCE_CORRECTED if corrects else EntryKind.ATTENDANCE_RECORDED,
        enrolment,
        card,
        caller=command.caller,
        request_id=command.request_id,
        rule_version=rule_version,
        said={**_said(evidence), "counts": kept.counts},
    )


def _said(evidence: Evidence) -> dict[str, Any]:
    make_up = evidence.make_up
    return {
        "evidence_id": evidence.evidence_id,
        "sequence": evidence.sequence,
        "present": evidence.present,
        "source": evidence.source.value,
        "device_time": write_instant(evidence.device_time),
        "score": evidence.score,
        "corrects": evidence.corrects,
        "reason": evidence.reason,
        "make_up": make_up
        and {
            "held_from": write_instant(make_up.held_from),
            "held_to": write_instant(make_up.held_to),
        },
    }
