"""Decide on a case: uphold it, and the card is barred; or dismiss it, and the card is as it was."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from chassis.clock import write_instant
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.exclusion.bar import bar
from services.enrolment.domain.exclusion.case import Decision, ExclusionCase, dismiss, uphold
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.exclusion.exclusion_entries import case_entry
from services.enrolment.use_cases.exclusion.lift_bar import lift_bar
from services.enrolment.use_cases.exclusion.lock_case import lock_case
from services.enrolment.use_cases.shared.actor import Actor


@dataclass(frozen=True, slots=True)
class DecideCase:
    """An operator decides on a case, for a reason."""

    case_id: str
    reason: str
    actor: Actor


def uphold_case(connection: sa.Connection, command: DecideCase, *, stores: Stores) -> ExclusionCase:
    """Uphold a case and bar its card. Raises `NotFound`, `StateConflict`, `NoLongerListed`."""
    case, card = lock_case(connection, command.case_id, stores=stores)
    now = stores.database.now(connection)
    rules = stores.rules.at(connection, now)
    decision = Decision(command.actor.subject, now, command.reason)
    upheld = uphold(case, decision, card=card, rules=rules)
    stores.exclusion_cases.save(connection, upheld)
    barred = bar(card, now=now)
    stores.cards.save_bar(connection, barred)
    stores.due_times.follow_clocks(connection, [barred])
    said = {"reason": command.reason, "appeal_until": _written(upheld)}
    entry = case_entry(
        EntryKind.EXCLUSION_CASE_UPHELD,
        upheld,
        command.actor,
        said=said,
        rule_version=rules.version,
    )
    stores.journal.append(connection, [entry], now=now)
    return upheld


def dismiss_case(
    connection: sa.Connection, command: DecideCase, *, stores: Stores
) -> ExclusionCase:
    """Dismiss a case, also one that was upheld; its card can be used again. Raises `NotFound`, `StateConflict`."""
    case, card = lock_case(connection, command.case_id, stores=stores)
    now = stores.database.now(connection)
    dismissed = dismiss(case, Decision(command.actor.subject, now, command.reason))
    stores.exclusion_cases.save(connection, dismissed)
    lift_bar(connection, case, card, now=now, stores=stores)
    said = {
        "reason": command.reason,
        "state_before": case.state.value,
        "listed": case.is_listed,
    }
    entry = case_entry(EntryKind.EXCLUSION_CASE_DISMISSED, dismissed, command.actor, said=said)
    stores.journal.append(connection, [entry], now=now)
    return dismissed


def _written(case: ExclusionCase) -> str | None:
    return None if case.appeal_until is None else write_instant(case.appeal_until)
