"""Incentives as holders see them, the survey that comes next, and what a training still needs to earn one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.clock import write_instant
from services.enrolment.domain.money.earning import prospect_of
from services.enrolment.domain.money.incentive import Incentive
from services.enrolment.domain.money.survey import SurveyStanding, next_survey
from services.enrolment.domain.programme.card import CardState
from services.enrolment.domain.seats.enrolment import Enrolment
from services.enrolment.storage.stores import Stores
from services.enrolment.storage.tables.programme import CARD
from vocabulary.rule_set import RuleSet


def incentives_of_card(
    connection: sa.Connection, row: sa.Row[Any], *, now: datetime, stores: Stores
) -> dict[str, Any]:
    """Return the members of a card's document that tell of its incentives, by the card's row."""
    earning = stores.incentives.earning(connection, row.card_ref)
    standing = SurveyStanding(
        handed_in=stores.incentives.surveys(connection, row.card_ref),
        since=min(earning.values(), default=None),
        card_state=CardState(row.state),
        promised=stores.rules.promised(connection, row.rule_version, now=now),
    )
    found = stores.incentives.of(connection, row.card_ref)
    return {
        "incentives": [incentive_document(each) for each in found],
        "next_survey": _next_survey(standing),
    }


def incentive_document(incentive: Incentive) -> dict[str, Any]:
    """Write an incentive as it stands."""
    withdrawn_at = incentive.withdrawn_at
    return {
        "id": incentive.incentive_id,
        "incentive": incentive.kind.value,
        "number": incentive.number,
        "amount": incentive.amount,
        "status": "due" if incentive.stands else "withdrawn",
        "enrolment_id": incentive.enrolment_id,
        "rule_version": incentive.rule_version,
        "due_since": write_instant(incentive.due_since),
        "withdrawn_at": None if withdrawn_at is None else write_instant(withdrawn_at),
    }


def prospect_document(
    connection: sa.Connection, enrolment: Enrolment, *, now: datetime, stores: Stores
) -> dict[str, Any] | None:
    """Return what a training earns its holder, and what that still needs; None where it earns nothing."""
    card = connection.execute(
        sa.select(CARD.c.state, CARD.c.rule_version).where(CARD.c.card_ref == enrolment.card_ref)
    ).one()
    promised: RuleSet = stores.rules.promised(connection, card.rule_version, now=now)
    prospect = prospect_of(
        enrolment,
        standing=stores.incentives.standing(connection, enrolment.card_ref),
        card_state=CardState(card.state),
        promised=promised,
    )
    if prospect is None:
        return None
    due_since = prospect.due_since
    return {
        "amount": prospect.amount,
        "needs": [need.value for need in prospect.needs],
        "due_since": None if due_since is None else write_instant(due_since),
    }


def _next_survey(standing: SurveyStanding) -> dict[str, Any] | None:
    following = next_survey(standing)
    if following is None:
        return None
    opens_at = following.opens_at
    return {
        "number": following.number,
        "amount": following.amount,
        "opens_at": None if opens_at is None else write_instant(opens_at),
    }
