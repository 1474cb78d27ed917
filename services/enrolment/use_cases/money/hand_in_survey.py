"""Hand in a survey: its answers are kept, and its incentive becomes due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from chassis.identity import Principal
from chassis.journal import Entry
from chassis.problems import NotFound
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.money.survey import Survey, SurveyStanding, check_survey
from services.enrolment.domain.programme.card import Card
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.shared.recorded import Recorded
from services.enrolment.use_cases.shared.settled_incentives import Settled, settle_incentives
from services.enrolment.use_cases.shared.still_known import check_still_known
from vocabulary.rule_set import RuleSet


@dataclass(frozen=True, slots=True)
class HandInSurvey:
    """A holder answers a survey."""

    survey: Survey
    caller: Principal
    request_id: str


def hand_in_survey(
    connection: sa.Connection, command: HandInSurvey, *, stores: Stores
) -> Recorded[Settled[Survey]]:
    """Keep a survey of the caller's own card.

    Raises `NotFound`, `StateConflict` where the holder was erased, and what `domain.money.survey.check_survey` raises.
    """
    survey = command.survey
    card = stores.cards.lock(connection, [survey.card_ref]).get(survey.card_ref)
    if card is None:
        raise NotFound
    check_still_known(connection, card, stores=stores)
    now = stores.database.now(connection)
    promised = _check(connection, survey, card, now, stores)
    stores.incentives.add_survey(connection, survey, rule_version=promised.version, now=now)
    settlement, entries = settle_incentives(
        connection,
        card,
        caller=command.caller,
        request_id=command.request_id,
        now=now,
        stores=stores,
    )
    entry = _entry(command, card, promised)
    position = stores.journal.append(connection, [entry, *entries], now=now)
    return Recorded(Settled(survey, settlement), position)


def _check(
    connection: sa.Connection, survey: Survey, card: Card, now: datetime, stores: Stores
) -> RuleSet:
    """Judge a survey, and return the rules that promised it."""
    award = stores.cards.award(connection, card.card_ref)
    promised = stores.rules.promised(connection, award.rule_version, now=now)
    earning = stores.incentives.earning(connection, card.card_ref)
    standing = SurveyStanding(
        handed_in=stores.incentives.surveys(connection, card.card_ref),
        since=min(earning.values(), default=None),
        card_state=card.state,
        promised=promised,
    )
    check_survey(survey, standing, now=now)
    return promised


def _entry(command: HandInSurvey, card: Card, promised: RuleSet) -> Entry:
    survey = command.survey
    return Entry(
        kind=EntryKind.SURVEY_HANDED_IN,
        actor=command.caller.subject,
        role=command.caller.role,
        request_id=command.request_id,
        rule_version=promised.version,
        subjects={"card_ref": card.card_ref, "region": card.region},
        body={"number": survey.number, "work": survey.work.value, "use": survey.use},
    )
