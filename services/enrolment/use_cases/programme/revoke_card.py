"""Revoke a card under the number of a case; the exclusion cases about its holder end with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from chassis.identifiers import is_id, new_id
from chassis.identity import Principal
from chassis.journal import Entry
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.exclusion.case import CaseState, Decision, ExclusionCase
from services.enrolment.domain.exclusion.revocation import end_cases
from services.enrolment.domain.money.movement import Cause
from services.enrolment.domain.programme.ending import Ended, revoke
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.exclusion.lapse_cases import lapsed_entry
from services.enrolment.use_cases.shared.actor import called_by
from services.enrolment.use_cases.shared.ended_cards import ended_entry, save_ended
from services.enrolment.use_cases.shared.find_card import named_card
from services.enrolment.use_cases.shared.settled_incentives import Settled, settle_incentives


@dataclass(frozen=True, slots=True)
class RevokeCard:
    """An operator revokes a card, named by its number or else by its reference, for a reason, in a case."""

    card_number: str | None = field(repr=False)
    card_ref: str | None
    reason: str
    case_number: str
    caller: Principal
    request_id: str

    @property
    def case_id(self) -> str | None:
        """Return the case number where it is an id, as ids are written here; None where it is another number."""
        written = self.case_number.lower()
        return written if is_id(written) else None


def revoke_card(
    connection: sa.Connection, command: RevokeCard, *, stores: Stores
) -> Settled[Ended]:
    """Revoke the card; what was on it returns to the State with the incentives that are due, its place stays taken.

    Raises `CardNotFound`, `StateConflict` where the card has ended already, a training is running, or the exclusion
    case that is named may still be appealed, `NoLongerListed` for that one, and `ExclusionCaseStands` where one that is
    not named may be appealed.
    """
    found = named_card(
        connection, card_number=command.card_number, card_ref=command.card_ref, stores=stores
    )
    card = stores.cards.lock(connection, [found.card_ref])[found.card_ref]
    cases = stores.exclusion_cases.lock_of_card(connection, card)
    past = stores.enrolments.history(connection, [card.card_ref]).get(card.card_ref, [])
    now = stores.database.now(connection)
    running = sum(enrolment.is_live for enrolment in past)
    ended = revoke(card, running=running, movement_id=new_id(), now=now)
    decision = Decision(command.caller.subject, now, command.reason)
    ended_cases = end_cases(cases, under=command.case_id, decision=decision)
    for case in ended_cases:
        stores.exclusion_cases.save(connection, case)
    save_ended(connection, [ended], now=now, stores=stores)
    version = stores.rules.at(connection, now).version
    entries = _entries(command, ended, ended_cases, rule_version=version)
    settlement, about_incentives = settle_incentives(
        connection,
        ended.card,
        because=Cause.REVOCATION,
        caller=command.caller,
        request_id=command.request_id,
        now=now,
        stores=stores,
    )
    stores.journal.append(connection, [*entries, *about_incentives], now=now)
    return Settled(ended, settlement)


def _entries(
    command: RevokeCard, ended: Ended, cases: Sequence[ExclusionCase], *, rule_version: str
) -> list[Entry]:
    """Write what happened to the card, and to the exclusion cases under which it was not revoked."""
    actor = called_by(command.caller, command.request_id)
    said = {"case_number": command.case_number, "reason": command.reason}
    named = next((case for case in cases if case.state is CaseState.REVOKED), None)
    revoked = ended_entry(
        EntryKind.CARD_REVOKED,
        ended,
        actor=actor.subject,
        role=actor.role,
        request_id=actor.request_id,
        said=said if named is None else {**said, "case_id": named.case_id},
        rule_version=rule_version,
    )
    lapsed = [
        lapsed_entry(case, ended.card, actor, said=said, rule_version=rule_version)
        for case in cases
        if case.state is CaseState.LAPSED
    ]
    return [revoked, *lapsed]
