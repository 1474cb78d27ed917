"""File an appeal against an exclusion: its holder does, or an officer for a holder who is there with the card."""

from __future__ import annotations

from dataclasses import dataclass, field

import sqlalchemy as sa

from chassis.identity import Principal
from chassis.problems import NotFound
from services.enrolment.domain.assistance import told_of_assistance
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.exclusion.case import ExclusionCase, appeal
from services.enrolment.domain.reach import reach_to_act
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.exclusion.exclusion_entries import case_entry
from services.enrolment.use_cases.exclusion.lock_case import lock_case
from services.enrolment.use_cases.shared.actor import called_by
from services.enrolment.use_cases.shared.find_card import card_within_reach


@dataclass(frozen=True, slots=True)
class FileAppeal:
    """What the holder says; an officer, for a holder who agreed to it, names the card by its number."""

    case_id: str
    text: str = field(repr=False)
    card_number: str | None = field(repr=False)
    caller: Principal
    request_id: str


def file_appeal(connection: sa.Connection, command: FileAppeal, *, stores: Stores) -> ExclusionCase:
    """File an appeal; what is said is sealed beside the case, and the journal tells only that it was filed.

    Raises `NotFound` alike for what is absent and what is another's, `CardNotFound`, `StateConflict`.
    """
    card_ref = _card(connection, command, stores)
    case, _ = lock_case(connection, command.case_id, stores=stores)
    if case.card_ref != card_ref:
        raise NotFound
    now = stores.database.now(connection)
    rules = stores.rules.at(connection, now)
    appealed = appeal(case, by=command.caller.subject, now=now, rules=rules)
    stores.exclusion_cases.save(connection, appealed)
    stores.exclusion_cases.save_appeal(connection, case.case_id, command.text)
    entry = case_entry(
        EntryKind.EXCLUSION_CASE_APPEALED,
        appealed,
        called_by(command.caller, command.request_id),
        said=told_of_assistance(command.caller.role),
        rule_version=rules.version,
    )
    stores.journal.append(connection, [entry], now=now)
    return appealed


def _card(connection: sa.Connection, command: FileAppeal, stores: Stores) -> str | None:
    if command.card_number is None:
        return command.caller.card
    reach = reach_to_act(command.caller)
    return card_within_reach(connection, command.card_number, reach=reach, stores=stores)
