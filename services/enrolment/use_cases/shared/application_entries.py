"""Entries that tell of applications: by the id, never by what leads to the person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chassis.identity import Principal
from chassis.journal import Entry
from services.enrolment.domain.draw.application import Application
from services.enrolment.domain.entry_kinds import EntryKind


def application_entry(
    kind: EntryKind,
    application: Application,
    *,
    caller: Principal,
    request_id: str,
    said: Mapping[str, Any],
) -> Entry:
    """Return an entry about an application, with what is `said` beside its id and its wave."""
    return Entry(
        kind=kind,
        actor=caller.subject,
        role=caller.role,
        request_id=request_id,
        subjects={"region": application.region},
        body={
            "wave_id": application.wave_id,
            "application_id": application.application_id,
            **said,
        },
    )
