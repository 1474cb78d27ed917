"""What the journal says of lists and of cases, whatever became of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chassis.journal import Entry
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.exclusion.case import ExclusionCase
from services.enrolment.domain.exclusion.exclusion_list import ExclusionList
from services.enrolment.use_cases.shared.actor import Actor


def list_entry(
    kind: EntryKind,
    one: ExclusionList,
    actor: Actor,
    *,
    said: Mapping[str, Any],
    rule_version: str | None = None,
) -> Entry:
    """Write an entry about a list; `said` is what this kind adds."""
    body = {"list_id": one.list_id, "group": one.group, "number": one.number, **said}
    return _entry(kind, actor, subjects={}, body=body, rule_version=rule_version)


def case_entry(
    kind: EntryKind,
    case: ExclusionCase,
    actor: Actor,
    *,
    said: Mapping[str, Any],
    rule_version: str | None = None,
) -> Entry:
    """Write an entry about a case; `said` is what this kind adds."""
    subjects = {"card_ref": case.card_ref, "region": case.region}
    body = {"case_id": case.case_id, "list_id": case.list_id, "group": case.group, **said}
    return _entry(kind, actor, subjects=subjects, body=body, rule_version=rule_version)


def _entry(
    kind: EntryKind,
    actor: Actor,
    *,
    subjects: Mapping[str, str | None],
    body: Mapping[str, Any],
    rule_version: str | None,
) -> Entry:
    return Entry(
        kind=kind,
        actor=actor.subject,
        role=actor.role,
        request_id=actor.request_id,
        rule_version=rule_version,
        subjects=subjects,
        body=body,
    )
