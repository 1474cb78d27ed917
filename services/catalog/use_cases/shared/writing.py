"""The open transaction a use case works in: its connection, its decision time, and its journal. It never commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import sqlalchemy as sa

from chassis.database import Database
from chassis.journal import Entry, Journal
from services.catalog.domain.happenings import Happening
from services.catalog.storage.rules import RuleCopies
from vocabulary.rule_book import RuleBook
from vocabulary.rule_set import RuleSet


@dataclass(frozen=True, slots=True)
class Author:
    """Who does it, as the credential says, and in which request."""

    actor: str
    role: str
    request_id: str


class Writing:
    """One open transaction of one author."""

    def __init__(
        self,
        connection: sa.Connection,
        *,
        database: Database,
        journal: Journal,
        rules: RuleCopies,
        author: Author,
    ) -> None:
        self.connection = connection
        self._database = database
        self._journal = journal
        self._rules = rules
        self._author = author

    @cached_property
    def now(self) -> datetime:
        """The decision time. Ask for it after what is decided on was locked."""
        return self._database.now(self.connection)

    @cached_property
    def book(self) -> RuleBook:
        """The versions of the rules as they are known here."""
        return self._rules.book(self.connection)

    @property
    def rules(self) -> RuleSet:
        """The rules in force at the decision time."""
        return self.book.in_force_at(self.now)

    def tell(self, happenings: Sequence[Happening]) -> None:
        """Append to the journal. Call it last: every other writer waits from here to the commit."""
        entries = [
            Entry(
                kind=happening.kind,
                actor=self._author.actor,
                role=self._author.role,
                request_id=self._author.request_id,
                rule_version=happening.rule_version,
                subjects={
                    "class_id": happening.class_id,
                    "course_id": happening.course_id,
                    "provider_id": happening.provider_id,
                    "region": happening.region,
                },
                body=happening.body,
            )
            for happening in happenings
        ]
        self._journal.append(self.connection, entries, now=self.now)
