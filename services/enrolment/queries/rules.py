"""The versions of the rules, and whom a new one would change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.enrolment.domain.programme.card import CardState
from services.enrolment.domain.programme.rule_change import Change, Whom
from services.enrolment.storage.stores import Stores
from services.enrolment.storage.tables.programme import CARD
from vocabulary.rule_book import DatedRules, RuleBook, national_day
from vocabulary.rule_set import numbers_of

WITHDRAWN = "withdrawn"
_STATES = {
    Whom.WAITING_CARDS: (CardState.AWARDED, CardState.BETWEEN),
    Whom.CARDS_IN_TRAINING: (CardState.IN_TRAINING,),
}


def version_document(dated: DatedRules, *, now: datetime) -> dict[str, Any]:
    """Write a version without its numbers."""
    until = dated.effective_until
    return {
        "version": dated.version,
        "status": _status(dated, now),
        "effective_from": dated.effective_from.isoformat(),
        "effective_until": None if until is None else until.isoformat(),
        "source": dated.source,
    }


def rules_document(dated: DatedRules, *, now: datetime) -> dict[str, Any]:
    """Write a version with all its numbers."""
    return {**version_document(dated, now=now), "rules": numbers_of(dated.rules)}


def withdrawn_document(dated: DatedRules, *, now: datetime) -> dict[str, Any]:
    """Write a version that will not take effect, as it would have been."""
    return {**rules_document(dated, now=now), "status": WITHDRAWN}


def list_versions(book: RuleBook, *, now: datetime) -> dict[str, Any]:
    """Return every version, the earliest first."""
    return {"items": [version_document(each, now=now) for each in book]}


def scheduled_versions(connection: sa.Connection, *, stores: Stores) -> dict[str, Any]:
    """Return the versions that operators scheduled, as they were kept, in the order of their days."""
    return {
        "versions": [
            {
                "version": each.version,
                "effective_from": each.effective_from.isoformat(),
                "numbers": dict(each.numbers),
                "source": each.source,
            }
            for each in stores.rules.scheduled(connection)
        ]
    }


def changes_document(connection: sa.Connection, changes: Iterable[Change]) -> list[dict[str, Any]]:
    """Write what changes, for whom, and for how many who are there now; None where it is those who come."""
    listed = [(change, whom) for change in changes for whom in change.whom]
    counted = {whom: _count(connection, whom) for whom in {whom for _, whom in listed}}
    return [
        {
            "number": change.number,
            "row": change.row,
            "before": change.before,
            "after": change.after,
            "whom": whom.value,
            "cards": counted[whom],
        }
        for change, whom in listed
    ]


def _count(connection: sa.Connection, whom: Whom) -> int | None:
    states = _STATES.get(whom)
    if states is None:
        return None
    query = sa.select(sa.func.count()).select_from(CARD).where(CARD.c.state.in_(states))
    return int(connection.execute(query).scalar_one())


def _status(dated: DatedRules, now: datetime) -> str:
    day = national_day(now)
    if dated.holds_on(day):
        return "in-force"
    return "scheduled" if day < dated.effective_from else "past"
