"""Withdraw a version of the rules that was scheduled, before it takes effect."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.identity import Principal
from chassis.journal import Entry
from chassis.problems import NotFound, StateConflict
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.programme.rule_change import check_ahead
from services.enrolment.storage.stores import Stores
from vocabulary.rule_book import DatedRules


def withdraw_rules(
    connection: sa.Connection,
    version: str,
    *,
    reason: str,
    caller: Principal,
    request_id: str,
    stores: Stores,
) -> DatedRules:
    """Withdraw a scheduled version and return it as it would have been; the one before it goes on in its place.

    Raises `NotFound`, `StateConflict` for a version that is shipped or was built on, `RulesTooLate` from an hour before
    its day on.
    """
    stores.rules.hold(connection)
    now = stores.database.now(connection)
    book = stores.rules.book_now(connection)
    dated = book.find(version)
    if dated is None:
        raise NotFound
    if not stores.rules.is_scheduled(connection, version):
        raise StateConflict(_SHIPPED, facts={"state": "shipped"})
    check_ahead(dated.effective_from, now=now)
    if dated.effective_until is not None:
        raise StateConflict(_BUILT_ON, facts={"state": "built-on"})
    stores.rules.withdraw(connection, version, now=now)
    entry = Entry(
        kind=EntryKind.RULES_WITHDRAWN,
        actor=caller.subject,
        role=caller.role,
        request_id=request_id,
        rule_version=book.in_force_at(now).version,
        subjects={},
        body={"version": version, "reason": reason},
    )
    stores.journal.append(connection, [entry], now=now)
    return dated


_BUILT_ON = "A later version was built on this one. Withdraw that one first."
_SHIPPED = "This version came with the software. Schedule another one that takes its place."
