"""What was recorded of an enrolment, and what it comes to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from chassis.clock import write_instant
from services.enrolment.domain.learning.attendance import Attendance, Attended, tally
from services.enrolment.domain.learning.evidence import Evidence
from services.enrolment.domain.reach import Reach
from services.enrolment.domain.seats.enrolment import Enrolment
from services.enrolment.storage.evidence import evidence_of
from services.enrolment.storage.stores import Stores
from vocabulary.rule_set import RuleSet


def show_attendance(
    connection: sa.Connection, enrolment_id: str, *, reach: Reach, stores: Stores
) -> dict[str, Any] | None:
    """Return all evidence of an enrolment and its tally, or None where it is absent or out of reach.

    Once there is a result, the tally is the one that it went by: what came later is shown, and does not count.
    """
    enrolment = stores.enrolments.find(connection, enrolment_id)
    if enrolment is None or not reach.has_enrolment(
        card_ref=enrolment.card_ref, provider_id=enrolment.provider_id
    ):
        return None
    rows = stores.evidence.rows(connection, enrolment_id)
    attendance, rules = _tally(connection, enrolment, [evidence_of(row) for row in rows], stores)
    counted = set(attendance.counted)
    return {
        "id": enrolment_id,
        "status": enrolment.state.value,
        "attendance": attendance_document(attendance, rules),
        "evidence": [{**_row(row), "counts": row.evidence_id in counted} for row in rows],
    }


def _tally(
    connection: sa.Connection, enrolment: Enrolment, evidence: Sequence[Evidence], stores: Stores
) -> tuple[Attendance, RuleSet]:
    """Add evidence up as its result did, or as one would that is given now."""
    judged = stores.results.find(connection, enrolment.enrolment_id)
    in_force = stores.rules.at(connection, stores.database.now(connection))
    if judged is None:
        training_class = stores.classes.read(connection, enrolment.class_id)
        meetings = len(training_class.sittings) if training_class else 0
        return tally(evidence, meetings=meetings), in_force
    counted = [each for each in evidence if each.evidence_id in judged.evidence]
    rules = stores.rules.find(connection, judged.rule_version) or in_force
    return tally(counted, meetings=judged.meetings), rules


def attendance_document(attendance: Attendance, rules: RuleSet) -> dict[str, Any]:
    """Write what evidence comes to, meeting by meeting, and what the rules want."""
    return {
        "attended": attendance.attended,
        "needed_percent": rules.attendance_percent,
        "meetings": [_meeting(each) for each in attendance.meetings],
        "final_test": _meeting(attendance.final_test),
        "final_test_needed": rules.final_test_needed,
        "score": attendance.score,
    }


def _meeting(attended: Attended) -> dict[str, Any]:
    return {
        "sequence": attended.sequence,
        "present": attended.present,
        "made_up": attended.made_up,
        "evidence": list(attended.evidence),
    }


def _row(row: sa.Row[Any]) -> dict[str, Any]:
    return {
        "evidence_id": row.evidence_id,
        "sequence": row.sequence,
        "present": row.present,
        "source": row.source,
        "device_time": write_instant(row.device_time),
        "recorded_at": write_instant(row.recorded_at),
        "role": row.role,
        "score": row.score,
        "corrects": row.corrects,
        "reason": row.reason,
        "make_up": None
        if row.held_from is None
        else {"held_from": write_instant(row.held_from), "held_to": write_instant(row.held_to)},
        "position": row.position,
    }
