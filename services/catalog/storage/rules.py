"""The rules as the catalogue knows them: those shipped as files, and a copy of those that operators scheduled."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from services.catalog.storage.tables import RULE_COPY
from vocabulary.rule_book import RuleBook
from vocabulary.scheduled_rules import ScheduledVersion, with_scheduled

C = RULE_COPY.c
_ALL = sa.select(RULE_COPY).order_by(C.effective_from)


class RuleCopies:
    """The table of copied versions, beside the shipped ones."""

    def __init__(self, shipped: RuleBook) -> None:
        self._shipped = shipped

    def book(self, connection: sa.Connection) -> RuleBook:
        """Return all versions as they are known in this transaction: providers write seldom, a query is nothing."""
        return with_scheduled(self._shipped, self.scheduled(connection))

    def scheduled(self, connection: sa.Connection) -> list[ScheduledVersion]:
        """Return the copied versions in the order of their days."""
        return [_version_of(row) for row in connection.execute(_ALL)]

    def replace(self, connection: sa.Connection, told: Sequence[ScheduledVersion]) -> None:
        """Keep what was told instead of what was copied before."""
        connection.execute(sa.delete(RULE_COPY))
        if told:
            connection.execute(sa.insert(RULE_COPY), [_row(each) for each in told])


def _version_of(row: sa.Row[Any]) -> ScheduledVersion:
    return ScheduledVersion(
        version=row.version,
        effective_from=date.fromisoformat(row.effective_from),
        numbers=json.loads(row.numbers),
        source=row.source,
    )


def _row(version: ScheduledVersion) -> dict[str, str]:
    return {
        "version": version.version,
        "effective_from": version.effective_from.isoformat(),
        "numbers": json.dumps(dict(version.numbers), separators=(",", ":")),
        "source": version.source,
    }
