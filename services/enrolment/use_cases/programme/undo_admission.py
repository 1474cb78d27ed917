"""Undo an admission within a day: what was previewed is carried out, or nothing is.

Exclusion cases about the holders of its cards lapse: nobody holds these any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from chassis.identifiers import new_id
from chassis.identity import Principal
from chassis.journal import Entry
from chassis.problems import NotFound
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.exclusion.case import Decision, ExclusionCase
from services.enrolment.domain.programme.card import Card
from services.enrolment.domain.programme.ending import Ended, withdraw
from services.enrolment.domain.programme.quota import taken_by
from services.enrolment.domain.programme.undo import (
    Admission,
    UndoPlan,
    check_undo,
    plan_undo,
)
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.exclusion.lapse_cases import (
    lapse_cases,
    lapsed_entry,
    tell_of_lapsed,
)
from services.enrolment.use_cases.shared.actor import called_by
from services.enrolment.use_cases.shared.ended_cards import ended_entry, save_ended


@dataclass(frozen=True, slots=True)
class UndoAdmission:
    """Somebody undoes an admission, for a reason, having seen what that would do."""

    admission_id: str
    preview: str
    reason: str
    caller: Principal
    request_id: str


def undo_admission(
    connection: sa.Connection, command: UndoAdmission, *, stores: Stores
) -> UndoPlan:
    """Withdraw the unused cards of an admission and return what was done.

    Raises `NotFound`, `DrawUnderWay` where the places would go to those who come next in a draw, and what
    `domain.programme.undo.check_undo` raises, with nothing done.
    """
    found = stores.admissions.find(connection, command.admission_id)
    if found is None:
        raise NotFound
    # Before the wave, as whoever admits locks them.
    draw = stores.draws.hold(connection, found.wave_id)
    if draw is not None:
        draw.check_not_under_way()
    # Its counter of admitted people is about to change, and the wave is locked before any card.
    stores.waves.lock(connection, found.wave_id)
    quotas = stores.quotas.lock(connection, found.wave_id)
    admission = stores.admissions.find(connection, command.admission_id, lock=True) or found
    refs = [card.card_ref for card in stores.admissions.cards(connection, command.admission_id)]
    cards = list(stores.cards.lock(connection, refs).values())
    plan = plan_for(connection, cards, stores=stores)
    now = stores.database.now(connection)
    check_undo(admission, plan, preview=command.preview, now=now)
    ended = [withdraw(card, movement_id=new_id()) for card in plan.withdrawn]
    decision = Decision(command.caller.subject, now, command.reason)
    withdrawn = {each.card.card_ref: each.card for each in ended}
    lapsed = lapse_cases(connection, withdrawn, decision, stores=stores)
    save_ended(connection, ended, now=now, stores=stores)
    stores.persons.withdraw(connection, list(withdrawn))
    stores.waves.save_withdrawn(connection, admission.wave_id, count=len(plan.withdrawn))
    places = stores.quotas.places(connection, list(withdrawn))
    stores.quotas.give_back(connection, taken_by(quotas, places))
    entries = [
        *(_card_entry(command, each) for each in ended),
        _entry(command, admission, plan),
    ]
    version = stores.rules.at(connection, now).version
    told = [_lapsed(command, case, withdrawn[case.card_ref], version) for case in lapsed]
    first = stores.journal.append(connection, entries, now=now)
    tell_of_lapsed(connection, told, now=now, stores=stores)
    stores.admissions.save_undone(
        connection,
        admission,
        by=command.caller.subject,
        reason=command.reason,
        withdrawn=len(plan.withdrawn),
        position=first + len(plan.withdrawn),
        now=now,
    )
    return plan


def plan_for(connection: sa.Connection, cards: Sequence[Card], *, stores: Stores) -> UndoPlan:
    """Return what an undo does to cards as they stand; lock them before where it is to be carried out."""
    refs = [card.card_ref for card in cards]
    return plan_undo(
        cards,
        enrolled=stores.admissions.enrolled(connection, refs),
        moved=stores.admissions.moved(connection, refs),
    )


def _card_entry(command: UndoAdmission, ended: Ended) -> Entry:
    return ended_entry(
        EntryKind.CARD_WITHDRAWN,
        ended,
        actor=command.caller.subject,
        role=command.caller.role,
        request_id=command.request_id,
        said={"admission_id": command.admission_id},
    )


def _lapsed(command: UndoAdmission, case: ExclusionCase, card: Card, rule_version: str) -> Entry:
    return lapsed_entry(
        case,
        card,
        called_by(command.caller, command.request_id),
        said={"admission_id": command.admission_id, "reason": command.reason},
        rule_version=rule_version,
    )


def _entry(command: UndoAdmission, admission: Admission, plan: UndoPlan) -> Entry:
    return Entry(
        kind=EntryKind.ADMISSION_UNDONE,
        actor=command.caller.subject,
        role=command.caller.role,
        request_id=command.request_id,
        subjects={},
        body={
            "admission_id": admission.admission_id,
            "wave_id": admission.wave_id,
            "reason": command.reason,
            "withdrawn": len(plan.withdrawn),
            "kept": len(plan.kept),
            "amount": plan.amount,
            "preview": plan.preview,
        },
    )
