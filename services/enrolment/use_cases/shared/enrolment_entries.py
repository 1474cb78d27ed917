"""The entry that tells of something done to an enrolment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chassis.identity import Principal
from chassis.journal import Entry
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.programme.card import Card
from services.enrolment.domain.seats.enrolment import Enrolment


def enrolment_entry(
    kind: EntryKind,
    enrolment: Enrolment,
    card: Card,
    *,
    caller: Principal,
    request_id: str,
    rule_version: str,
    said: Mapping[str, Any],
) -> Entry:
    """Write the entry; `said` is what this kind tells beside the enrolment's id."""
    return Entry(
        kind=kind,
        actor=caller.subject,
        role=caller.role,
        request_id=request_id,
        rule_version=rule_version,
        subjects={
            "class_id": enrolment.class_id,
            "provider_id": enrolment.provider_id,
            "card_ref": enrolment.card_ref,
            "region": card.region,
        },
        body={"enrolment_id": enrolment.enrolment_id, **said},
    )
