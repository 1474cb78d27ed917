"""What enrolment's worker does on nobody's request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chassis.journal import Entry
from services.enrolment.domain.entry_kinds import EntryKind
from vocabulary.roles import SYSTEM

ACTOR = "enrolment-worker"


def entry_of_worker(
    kind: EntryKind,
    body: Mapping[str, Any],
    *,
    request_id: str,
    subjects: Mapping[str, str | None] | None = None,
    rule_version: str | None = None,
) -> Entry:
    """Return the entry that tells of something the worker did; where it judged, by which version of the rules."""
    return Entry(
        kind=kind,
        actor=ACTOR,
        role=SYSTEM,
        request_id=request_id,
        subjects=subjects or {},
        body=body,
        rule_version=rule_version,
    )
