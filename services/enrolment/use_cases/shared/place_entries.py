"""The entries that tell of places in waiting lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chassis.clock import write_instant
from chassis.journal import Entry
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.seats.training_class import TrainingClass
from services.enrolment.domain.seats.waiting_list import Changed, Place
from services.enrolment.use_cases.shared.actor import Actor


def place_entry(
    kind: EntryKind,
    place: Place,
    training_class: TrainingClass,
    actor: Actor,
    *,
    region: str,
    rule_version: str,
    said: Mapping[str, Any],
) -> Entry:
    """Write the entry; `said` is what this kind tells beside the place's id and how many wait, or have an offer."""
    return Entry(
        kind=kind,
        actor=actor.subject,
        role=actor.role,
        request_id=actor.request_id,
        rule_version=rule_version,
        subjects={
            "class_id": place.class_id,
            "provider_id": place.provider_id,
            "card_ref": place.card_ref,
            "region": region,
        },
        body={
            "enrolment_id": place.enrolment_id,
            "waiting": training_class.waiting,
            "offered": training_class.offered,
            **said,
        },
    )


def entry_of_change(
    changed: Changed, actor: Actor, *, region: str, rule_version: str, reason: str | None = None
) -> Entry:
    """Tell of a place to which a seat was offered, or that ended without one."""
    place = changed.place
    said: dict[str, Any]
    if place.released is None:
        kind = EntryKind.ENROLMENT_OFFERED
        until = place.offer_expires_at
        said = {"offer_expires_at": None if until is None else write_instant(until)}
    else:
        kind = EntryKind.ENROLMENT_RELEASED
        said = {
            "status_before": changed.state_before.value,
            "released": place.released.value,
            "reason": reason,
        }
    return place_entry(
        kind,
        place,
        changed.training_class,
        actor,
        region=region,
        rule_version=rule_version,
        said=said,
    )
