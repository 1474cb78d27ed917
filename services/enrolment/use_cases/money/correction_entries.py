"""What the journal says of a correction, whatever became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chassis.identity import Principal
from chassis.journal import Entry
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.money.correction import Correction


def correction_entry(
    kind: EntryKind,
    correction: Correction,
    *,
    region: str | None,
    caller: Principal,
    request_id: str,
    said: Mapping[str, Any],
    rule_version: str | None = None,
) -> Entry:
    """Write an entry about a correction; `said` is what this kind adds."""
    return Entry(
        kind=kind,
        actor=caller.subject,
        role=caller.role,
        request_id=request_id,
        rule_version=rule_version,
        subjects={"card_ref": correction.card_ref, "region": region},
        body={
            "correction_id": correction.correction_id,
            "case_number": correction.case_number,
            "amount": correction.amount,
            **said,
        },
    )
