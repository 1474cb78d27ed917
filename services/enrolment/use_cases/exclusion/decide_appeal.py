"""Decide on an appeal: another operator does than the one who upheld the case."""

from __future__ import annotations

import sqlalchemy as sa

from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.exclusion.case import Decision, ExclusionCase
from services.enrolment.domain.exclusion.case import decide_appeal as decide
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.exclusion.decide_case import DecideCase
from services.enrolment.use_cases.exclusion.exclusion_entries import case_entry
from services.enrolment.use_cases.exclusion.lift_bar import lift_bar
from services.enrolment.use_cases.exclusion.lock_case import lock_case


def decide_appeal(
    connection: sa.Connection, command: DecideCase, *, granted: bool, stores: Stores
) -> ExclusionCase:
    """Grant an appeal, and the card can be used again; or refuse it.

    Raises `NotFound`, `StateConflict`, `SamePerson`, and `NoLongerListed` where it is refused.
    """
    case, card = lock_case(connection, command.case_id, stores=stores)
    now = stores.database.now(connection)
    rules = stores.rules.at(connection, now)
    decision = Decision(command.actor.subject, now, command.reason)
    decided = decide(case, decision, granted=granted, rules=rules)
    stores.exclusion_cases.save(connection, decided)
    if granted:
        lift_bar(connection, case, card, now=now, stores=stores)
    kind = EntryKind.EXCLUSION_CASE_GRANTED if granted else EntryKind.EXCLUSION_CASE_FINAL
    entry = case_entry(
        kind,
        decided,
        command.actor,
        said={"reason": command.reason, "listed": case.is_listed},
        rule_version=rules.version,
    )
    stores.journal.append(connection, [entry], now=now)
    return decided
