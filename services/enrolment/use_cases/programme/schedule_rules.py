"""Schedule a version of the rules ahead of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from chassis.identity import Principal
from chassis.journal import Entry
from chassis.problems import FieldError, ValidationFailed
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.programme.rule_change import (
    NOT_JUDGED_BY,
    Change,
    changes_between,
    check_ahead,
)
from services.enrolment.storage.rules import ScheduledRules
from services.enrolment.storage.stores import Stores
from vocabulary.refusals.rules import RuleVersionTaken
from vocabulary.rule_book import DatedRules, RuleBook, beginning_of
from vocabulary.rule_set import RuleSet, RuleSetFaulty, numbers_of, read_rule_set


@dataclass(frozen=True, slots=True)
class RulesProposal:
    """A version that would take effect on a day: the numbers in which it differs from the one that holds before it."""

    version: str
    effective_from: date
    changes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Prospect:
    """What a proposal comes to: the whole version, the one it follows, and where they differ."""

    rules: RuleSet
    follows: DatedRules
    changes: list[Change]


def foresee(book: RuleBook, proposal: RulesProposal) -> Prospect:
    """Return what a proposal comes to. Raises `ValidationFailed` where it is not whole or changes nothing."""
    follows = book.dated_at(beginning_of(proposal.effective_from))
    try:
        rules = read_rule_set(proposal.version, numbers_of(follows.rules) | dict(proposal.changes))
    except RuleSetFaulty as error:
        faults = [FieldError(_pointer(fault.member), fault.message) for fault in error.faults]
        raise ValidationFailed(errors=faults) from error
    changes = changes_between(follows.rules, rules)
    if early := [change.number for change in changes if change.number in NOT_JUDGED_BY]:
        message = "Leave this number as it is: nothing is judged by it yet."
        raise ValidationFailed(errors=[FieldError(f"/changes/{name}", message) for name in early])
    if not changes:
        message = f"Send a number that differs from {follows.version}, which holds before."
        raise ValidationFailed(errors=[FieldError("/changes", message)])
    return Prospect(rules, follows, changes)


def schedule_rules(
    connection: sa.Connection,
    proposal: RulesProposal,
    *,
    reason: str,
    caller: Principal,
    request_id: str,
    stores: Stores,
) -> DatedRules:
    """Schedule a version and return it.

    Raises `RulesTooLate` less than an hour before it would take effect, `RuleVersionTaken` for a name that was given or
    a day on which another version begins, `ValidationFailed` as `foresee` does.
    """
    stores.rules.hold(connection)
    now = stores.database.now(connection)
    check_ahead(proposal.effective_from, now=now)
    book = stores.rules.book_now(connection)
    _refuse_taken(connection, book, proposal, stores)
    prospect = foresee(book, proposal)
    scheduled = ScheduledRules(
        rules=prospect.rules,
        effective_from=proposal.effective_from,
        reason=reason,
        scheduled_by=caller.subject,
        scheduled_at=now,
    )
    stores.rules.add(connection, scheduled)
    entry = Entry(
        kind=EntryKind.RULES_SCHEDULED,
        actor=caller.subject,
        role=caller.role,
        request_id=request_id,
        rule_version=book.in_force_at(now).version,
        subjects={},
        body={
            "version": proposal.version,
            "effective_from": proposal.effective_from.isoformat(),
            "numbers": numbers_of(prospect.rules),
            "changed": [change.number for change in prospect.changes],
            "reason": reason,
        },
    )
    stores.journal.append(connection, [entry], now=now)
    whole = book.with_version(prospect.rules, effective_from=proposal.effective_from, source=reason)
    return whole.dated_at(beginning_of(proposal.effective_from))


def _refuse_taken(
    connection: sa.Connection, book: RuleBook, proposal: RulesProposal, stores: Stores
) -> None:
    named = book.find(proposal.version) is not None
    if named or stores.rules.was_named(connection, proposal.version):
        raise RuleVersionTaken(f"There is or was a version {proposal.version}. Send another name.")
    for each in book:
        if each.effective_from > proposal.effective_from:
            raise RuleVersionTaken(
                f"{each.version}, which begins on {each.effective_from}, was built on the version before it."
                " Withdraw it first, or send a later day."
            )
        if each.effective_from == proposal.effective_from:
            raise RuleVersionTaken(
                f"{each.version} begins on {each.effective_from}. Withdraw it first, or send another day."
            )


def _pointer(member: str) -> str:
    return "/version" if member == "version" else f"/changes/{member}"
