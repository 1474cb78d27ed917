"""Copy the versions of the rules that operators scheduled, which enrolment keeps: by them classes are judged here.

Enrolment answers `{versions: [{version, effective_from, numbers, source}]}`: all of them, so that one that was
withdrawn is gone. A version is settled an hour before it takes effect; it is read many times until then.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import sqlalchemy as sa

from chassis.http_client import ServiceClient
from chassis.transaction import Transactions
from services.catalog.storage.rules import RuleCopies
from vocabulary.scheduled_rules import ScheduledVersion


class RulesFollower:
    """Keep the copy up to date. `token` returns a token of the `system` role."""

    def __init__(
        self,
        *,
        client: ServiceClient,
        token: Callable[[], str],
        transactions: Transactions,
        rules: RuleCopies,
    ) -> None:
        self._client = client
        self._token = token
        self._transactions = transactions
        self._rules = rules

    def catch_up(self) -> int:
        """Read what is scheduled, and return how many versions there are where that is not what was copied.

        Raises `requests.RequestException` where enrolment is away; the copy stays as it is.
        """
        answer = self._client.get_json("/internal/rules", token=self._token())
        told = [_version_of(each) for each in answer["versions"]]
        with self._transactions.database.reading() as connection:
            if self._rules.scheduled(connection) == told:
                return 0

        def copy(connection: sa.Connection) -> None:
            self._rules.replace(connection, told)

        self._transactions.run(copy, repeatable=True)
        return len(told)


def _version_of(told: Any) -> ScheduledVersion:
    return ScheduledVersion(
        version=told["version"],
        effective_from=date.fromisoformat(told["effective_from"]),
        numbers=told["numbers"],
        source=told["source"],
    )
