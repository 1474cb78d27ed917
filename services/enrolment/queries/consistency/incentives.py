"""Incentives and surveys: as their entries say, each by a training that stands, and none missing."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.json_text import text_in
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.money.incentive import IncentiveKind
from services.enrolment.domain.programme.card import CardState
from services.enrolment.domain.seats.enrolment import EnrolmentState
from services.enrolment.queries.consistency.comparison import (
    ENTRY,
    INCENTIVES,
    Comparison,
    Expression,
    Pair,
    count,
    latest,
    where,
)
from services.enrolment.storage.tables.money import INCENTIVE, SURVEY
from services.enrolment.storage.tables.programme import CARD
from services.enrolment.storage.tables.seats import ENROLMENT
from vocabulary.rule_book import shipped_rules

C, E, J, N, S = CARD.c, ENROLMENT.c, ENTRY.c, INCENTIVE.c, SURVEY.c

_STANDS = N.withdrawal_id.is_(None)
_EARNS = (E.state == EnrolmentState.COMPLETED.value, E.reviewed)
_NOT_REVOKED = C.state != CardState.REVOKED.value
_OF_INCENTIVE = (
    J.card_ref == N.card_ref,
    J.kind.in_(INCENTIVES),
    text_in(J.body, "incentive_id") == sa.cast(N.incentive_id, sa.Text),
)
_FELL_DUE = J.kind == EntryKind.INCENTIVE_DUE
_EARNED = sa.exists().where(
    E.enrolment_id == N.enrolment_id,
    E.card_ref == N.card_ref,
    *_EARNS,
    C.card_ref == N.card_ref,
    _NOT_REVOKED,
)
_ITS_SURVEY = (S.card_ref == N.card_ref, S.number == N.number)
_FOR_A_SURVEY = N.kind == IncentiveKind.SURVEY.value

INCENTIVES_DUE = Comparison(
    "incentives",
    N.incentive_id,
    (
        Pair(
            "incentive, by journal",
            sa.case(
                (_STANDS, EntryKind.INCENTIVE_DUE.value),
                else_=EntryKind.INCENTIVE_WITHDRAWN.value,
            ),
            latest(J.kind, *_OF_INCENTIVE, of=INCENTIVE),
        ),
        Pair(
            "incentive due once",
            sa.literal(1),
            count(ENTRY, *_OF_INCENTIVE, _FELL_DUE, of=INCENTIVE),
        ),
        Pair(
            "training that earned an incentive",
            where(_STANDS, sa.true()),
            where(_STANDS, _EARNED.correlate(INCENTIVE)),
        ),
        Pair(
            "survey that earned an incentive",
            where(_FOR_A_SURVEY, sa.literal(1)),
            where(_FOR_A_SURVEY, count(SURVEY, *_ITS_SURVEY, of=INCENTIVE)),
        ),
    ),
)

SURVEYS_TOLD = Pair(
    "surveys of a card, by journal",
    count(SURVEY, S.card_ref == C.card_ref, of=CARD),
    count(ENTRY, J.card_ref == C.card_ref, J.kind == EntryKind.SURVEY_HANDED_IN, of=CARD),
)
"""Of a card, since a survey has no id of its own."""


def _promised(number: str) -> Expression:
    """Return a number of the shipped rules that awarded a card; null where operators scheduled them."""
    numbers = {each.version: getattr(each.rules, number) for each in shipped_rules()}
    return sa.case(numbers, value=C.rule_version)


def completion_owed() -> Pair:
    """Make what compares, of each card that a shipped version awarded, the incentives that its trainings earned."""
    has_earned = sa.and_(
        _NOT_REVOKED,
        _promised("completion_incentive") > 0,
        sa.exists().where(E.card_ref == C.card_ref, *_EARNS).correlate(CARD),
    )
    of_completion = (
        N.card_ref == C.card_ref,
        N.kind == IncentiveKind.COMPLETION.value,
        _STANDS,
    )
    return Pair(
        "incentives of a card that earned them",
        where(has_earned, _promised("completion_incentives")),
        where(has_earned, count(INCENTIVE, *of_completion, of=CARD)),
    )
