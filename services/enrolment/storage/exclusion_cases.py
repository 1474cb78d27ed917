"""Cases about holders who were found on a list. What a holder says against one is sealed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.database import Database
from chassis.recordset import rows_parameter
from chassis.sealing import Seal
from services.enrolment.domain.exclusion.case import (
    BARRING,
    CaseState,
    Decision,
    EarlierCase,
    ExclusionCase,
)
from services.enrolment.storage.tables.exclusions import EXCLUSION_CASE
from vocabulary.regions import present_code

X = EXCLUSION_CASE.c


class ExclusionCaseStore:
    """The table of cases."""

    def __init__(self, database: Database, *, seal: Seal) -> None:
        self._database = database
        self._seal = seal
        names = (
            "case_id",
            "list_id",
            "people",
            "card_ref",
            "region",
            "state",
            "opened_at",
            "due_at",
        )
        given = database.recordset({name: X[name].type for name in names})
        self._add = sa.insert(EXCLUSION_CASE).from_select(
            list(names), sa.select(*[given.c[name] for name in names])
        )
        self._earlier = sa.select(X.card_ref, X.list_id, X.state).where(
            X.people == sa.bindparam("people"), database.is_among(X.card_ref)
        )

    def add(self, connection: sa.Connection, opened: Sequence[ExclusionCase]) -> None:
        """Add cases that were just opened."""
        rows = [
            {
                "case_id": case.case_id,
                "list_id": case.list_id,
                "people": case.group,
                "card_ref": case.card_ref,
                "region": case.region,
                "state": case.state,
                "opened_at": case.opened_at,
                "due_at": case.due_at,
            }
            for case in opened
        ]
        if rows:
            connection.execute(self._add, {"rows": rows_parameter(rows)})

    def earlier(
        self, connection: sa.Connection, group: str, card_refs: Sequence[str]
    ) -> dict[str, list[EarlierCase]]:
        """Read the cases there are of a group about cards, by these."""
        values = {"people": group, "keys": self._database.keys(card_refs)}
        found: dict[str, list[EarlierCase]] = {}
        for row in connection.execute(self._earlier, values):
            earlier = EarlierCase(row.list_id, CaseState(row.state))
            found.setdefault(row.card_ref, []).append(earlier)
        return found

    def lock(self, connection: sa.Connection, case_id: str) -> ExclusionCase | None:
        """Lock a case that is to change; None where there is none. Take it before its card."""
        query = sa.select(EXCLUSION_CASE).where(X.case_id == case_id)
        row = connection.execute(query.with_for_update(key_share=True)).one_or_none()
        return None if row is None else case_of(row)

    def read(self, connection: sa.Connection, case_id: str) -> ExclusionCase | None:
        """Read a case without locking it."""
        query = sa.select(EXCLUSION_CASE).where(X.case_id == case_id)
        row = connection.execute(query).one_or_none()
        return None if row is None else case_of(row)

    def others_barring(self, connection: sa.Connection, case: ExclusionCase) -> bool:
        """Tell whether another case bars the card of a case; lock the card before."""
        query = sa.select(X.case_id).where(
            X.card_ref == case.card_ref, X.case_id != case.case_id, X.state.in_(BARRING)
        )
        return connection.execute(query.limit(1)).one_or_none() is not None

    def save(self, connection: sa.Connection, case: ExclusionCase) -> None:
        """Save how a locked case stands."""
        connection.execute(
            sa.update(EXCLUSION_CASE)
            .where(X.case_id == case.case_id)
            .values(
                state=case.state,
                due_at=case.due_at,
                appeal_until=case.appeal_until,
                appealed_by=case.appealed_by,
                appealed_at=case.appealed_at,
                **_decided(case.upheld, "upheld_by", "upheld_at", "uphold_reason"),
                **_decided(case.reviewed, "reviewed_by", "reviewed_at", "review_reason"),
                **_decided(case.ended, "ended_by", "ended_at", "end_reason"),
            )
        )

    def save_appeal(self, connection: sa.Connection, case_id: str, text: str) -> None:
        """Keep what the holder says, sealed."""
        sealed = self._seal.close(text, context=_context(case_id))
        connection.execute(
            sa.update(EXCLUSION_CASE).where(X.case_id == case_id).values(appeal=sealed)
        )

    def sealed_appeal(self, connection: sa.Connection, case_id: str) -> str | None:
        """Read what the holder says as it lies there. The caller records the reading in the journal."""
        query = sa.select(X.appeal).where(X.case_id == case_id)
        return connection.execute(query).scalar_one_or_none()

    def opened_appeal(self, case_id: str, sealed: str) -> str:
        """Make it readable, once the reading is recorded and committed."""
        return self._seal.open(sealed, context=_context(case_id))


def case_of(row: sa.Row[Any]) -> ExclusionCase:
    """Make a case of its row."""
    return ExclusionCase(
        case_id=row.case_id,
        list_id=row.list_id,
        group=row.people,
        card_ref=row.card_ref,
        region=present_code(row.region),
        opened_at=row.opened_at,
        due_at=row.due_at,
        state=CaseState(row.state),
        upheld=_decision(row.upheld_by, row.upheld_at, row.uphold_reason),
        appeal_until=row.appeal_until,
        appealed_by=row.appealed_by,
        appealed_at=row.appealed_at,
        reviewed=_decision(row.reviewed_by, row.reviewed_at, row.review_reason),
        ended=_decision(row.ended_by, row.ended_at, row.end_reason),
    )


def _decision(by: str | None, at: datetime | None, reason: str | None) -> Decision | None:
    return None if by is None or at is None else Decision(by, at, reason or "")


def _decided(decision: Decision | None, by: str, at: str, reason: str) -> dict[str, Any]:
    if decision is None:
        return {by: None, at: None, reason: None}
    return {by: decision.by, at: decision.at, reason: decision.reason}


def _context(case_id: str) -> str:
    return f"appeal {case_id}"
