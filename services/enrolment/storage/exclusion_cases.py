"""Cases about holders who were found on a list. What a holder says against one is sealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
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
    ExclusionCase,
)
from services.enrolment.domain.exclusion.exclusion_list import ListState
from services.enrolment.domain.exclusion.finding import EarlierCase
from services.enrolment.domain.programme.card import Card
from services.enrolment.domain.programme.standstill import Standstill
from services.enrolment.storage.tables.exclusions import (
    EXCLUSION_CASE,
    EXCLUSION_LIST,
    LISTED_PERSON,
)
from services.enrolment.storage.tables.programme import PERSON
from vocabulary.regions import present_code

L, N, P, X = EXCLUSION_LIST.c, LISTED_PERSON.c, PERSON.c, EXCLUSION_CASE.c
_IN_FORCE = EXCLUSION_LIST.alias("in_force")
IS_LISTED = (
    sa.select(N.nik_digest)
    .join(_IN_FORCE, _IN_FORCE.c.list_id == N.list_id)
    .join(PERSON, P.nik_digest == N.nik_digest)
    .where(_IN_FORCE.c.people == X.people, _IN_FORCE.c.state == ListState.IN_FORCE)
    .where(P.card_ref == X.card_ref)
    .correlate(EXCLUSION_CASE)
    .exists()
    .label("is_listed")
)
"""Whether the holder whom a case is about is on the list in force."""

CASES = sa.select(EXCLUSION_CASE, IS_LISTED)


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
        self._earlier = (
            sa.select(X.card_ref, X.state, X.ended_listed, L.activated_at)
            .join(EXCLUSION_LIST, L.list_id == X.list_id)
            .where(X.people == sa.bindparam("people"), database.is_among(X.card_ref))
        )

    def keys_fit(self, connection: sa.Connection) -> bool:
        """Tell whether what a holder says in a case opens under the key given; true where nobody said anything."""
        query = sa.select(X.case_id, X.appeal).where(X.appeal.is_not(None)).limit(1)
        row = connection.execute(query).one_or_none()
        return row is None or self._seal.opens(row.appeal, context=_context(row.case_id))

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
            earlier = EarlierCase(CaseState(row.state), row.activated_at, row.ended_listed)
            found.setdefault(row.card_ref, []).append(earlier)
        return found

    def lock(self, connection: sa.Connection, case_id: str, *, card: Card) -> ExclusionCase:
        """Lock a case of a locked card, and let it be where the holder lives now."""
        query = CASES.where(X.case_id == case_id)
        row = connection.execute(query.with_for_update(key_share=True)).one()
        return replace(case_of(row), region=card.region)

    def lock_of_card(self, connection: sa.Connection, card: Card) -> list[ExclusionCase]:
        """Lock all cases of a locked card, also those that have ended; none is opened meanwhile."""
        query = CASES.where(X.card_ref == card.card_ref).order_by(X.case_id)
        rows = connection.execute(query.with_for_update(key_share=True))
        return [replace(case_of(row), region=card.region) for row in rows]

    def lock_live(
        self, connection: sa.Connection, cards: Mapping[str, Card]
    ) -> list[ExclusionCase]:
        """Lock the cases about locked cards that have not ended; none is opened meanwhile."""
        query = CASES.where(self._database.is_among(X.card_ref), X.ended_at.is_(None))
        query = query.order_by(X.case_id).with_for_update(key_share=True)
        rows = connection.execute(query, {"keys": self._database.keys(list(cards))})
        return [replace(case_of(row), region=cards[row.card_ref].region) for row in rows]

    def read(self, connection: sa.Connection, case_id: str) -> ExclusionCase | None:
        """Read a case without locking it."""
        query = CASES.where(X.case_id == case_id)
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
                region=case.region,
                state=case.state,
                due_at=case.due_at,
                appeal_until=case.appeal_until,
                appealed_by=case.appealed_by,
                appealed_at=case.appealed_at,
                **_decided(case.upheld, "upheld_by", "upheld_at", "uphold_reason"),
                **_decided(case.reviewed, "reviewed_by", "reviewed_at", "review_reason"),
                **_decided(case.ended, "ended_by", "ended_at", "end_reason"),
                ended_listed=None if case.ended is None else case.is_listed,
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

    def past_bars(self, connection: sa.Connection, card_ref: str) -> list[Standstill]:
        """Read when a locked card was barred by cases that have ended."""
        query = sa.select(X.upheld_at, X.ended_at).where(
            X.card_ref == card_ref, X.upheld_at.is_not(None), X.ended_at.is_not(None)
        )
        return [Standstill(*row) for row in connection.execute(query)]

    def going_on(self, connection: sa.Connection, card_refs: Sequence[str]) -> dict[str, str]:
        """Return which of these cards a case goes on about, each with its id; lock the cards before.

        Where one of several bars the card, it is that.
        """
        query = sa.select(X.card_ref, X.case_id).where(
            self._database.is_among(X.card_ref), X.ended_at.is_(None)
        )
        keys = {"keys": self._database.keys(card_refs)}
        rows = connection.execute(query.order_by(X.state.in_(BARRING), X.case_id), keys)
        return {row.card_ref: row.case_id for row in rows}

    def erase_appeals(self, connection: sa.Connection, card_refs: Sequence[str]) -> None:
        """Destroy what the holders of locked cards said in cases that have ended."""
        connection.execute(
            sa.update(EXCLUSION_CASE)
            .where(self._database.is_among(X.card_ref))
            .values(appeal=None),
            {"keys": self._database.keys(card_refs)},
        )

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
        is_listed=row.is_listed,
    )


def _decision(by: str | None, at: datetime | None, reason: str | None) -> Decision | None:
    return None if by is None or at is None else Decision(by, at, reason or "")


def _decided(decision: Decision | None, by: str, at: str, reason: str) -> dict[str, Any]:
    if decision is None:
        return {by: None, at: None, reason: None}
    return {by: decision.by, at: decision.at, reason: decision.reason}


def _context(case_id: str) -> str:
    return f"appeal {case_id}"
