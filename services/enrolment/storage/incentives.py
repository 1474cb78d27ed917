"""Incentives and surveys of cards. The card is locked by whoever writes here."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.enrolment.domain.money.incentive import Incentive, IncentiveKind, Settlement
from services.enrolment.domain.money.survey import Survey
from services.enrolment.domain.seats.enrolment import EnrolmentState
from services.enrolment.storage.tables.learning import REVIEW
from services.enrolment.storage.tables.money import INCENTIVE, SURVEY
from services.enrolment.storage.tables.seats import ENROLMENT

E, N, S, W = ENROLMENT.c, INCENTIVE.c, SURVEY.c, REVIEW.c
_NOT_CANCELLED = E.state != sa.literal_column("'cancelled'")
"""Written out, so that the partial index by card is recognised."""


class IncentiveStore:
    """The tables of incentives and of surveys."""

    def of(self, connection: sa.Connection, card_ref: str) -> list[Incentive]:
        """Read all incentives of a card, the earliest first, those that were withdrawn too."""
        query = sa.select(INCENTIVE).where(N.card_ref == card_ref)
        rows = connection.execute(query.order_by(N.incentive_id))
        return [incentive_of(row) for row in rows]

    def standing(self, connection: sa.Connection, card_ref: str) -> list[Incentive]:
        """Read the incentives of a card that are due."""
        return [each for each in self.of(connection, card_ref) if each.stands]

    def earning(self, connection: sa.Connection, card_ref: str) -> dict[str, datetime]:
        """Read which trainings of a card are completed and reviewed, and since when; the earliest first."""
        query = (
            sa.select(E.enrolment_id, W.reviewed_at)
            .join(REVIEW, W.enrolment_id == E.enrolment_id)
            .where(E.card_ref == card_ref, _NOT_CANCELLED)
            .where(E.state == EnrolmentState.COMPLETED.value)
            .order_by(W.reviewed_at, E.enrolment_id)
        )
        return {row.enrolment_id: row.reviewed_at for row in connection.execute(query)}

    def save(self, connection: sa.Connection, settlement: Settlement) -> None:
        """Save what became due and what was withdrawn; their movements are there already."""
        for each in settlement.withdrawn:
            connection.execute(
                sa.update(INCENTIVE)
                .where(N.incentive_id == each.incentive_id)
                .values(withdrawal_id=each.withdrawal_id, withdrawn_at=each.withdrawn_at)
            )
        if settlement.due:
            connection.execute(sa.insert(INCENTIVE), [asdict(each) for each in settlement.due])

    def surveys(self, connection: sa.Connection, card_ref: str) -> dict[int, datetime]:
        """Read when which surveys of a card were handed in."""
        query = sa.select(S.number, S.handed_in_at).where(S.card_ref == card_ref)
        return {row.number: row.handed_in_at for row in connection.execute(query)}

    def add_survey(
        self, connection: sa.Connection, survey: Survey, *, rule_version: str, now: datetime
    ) -> None:
        """Add a survey."""
        values = {**asdict(survey), "rule_version": rule_version, "handed_in_at": now}
        connection.execute(sa.insert(SURVEY).values(values))


def incentive_of(row: sa.Row[Any]) -> Incentive:
    """Make an incentive of its row."""
    values = {**row._mapping, "kind": IncentiveKind(row.kind)}
    return Incentive(**values)
