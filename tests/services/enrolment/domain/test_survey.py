"""Surveys: after a training, one after another, each once. The table's row is *benefit per person*."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from chassis.problems import Problem, StateConflict
from services.enrolment.domain.money.survey import (
    OpenSurvey,
    Survey,
    SurveyStanding,
    Work,
    check_survey,
    next_survey,
)
from services.enrolment.domain.programme.card import CardState
from tests.services.enrolment.domain.builders import DAY, NOW, RULES
from vocabulary.refusals.incentives import NoSuchSurvey, SurveyNotOpen, SurveyTaken
from vocabulary.rule_book import shipped_rules

MOMENT = timedelta.resolution


def standing(handed_in: dict[int, datetime] | None = None, **changes: Any) -> SurveyStanding:
    usual: dict[str, Any] = {
        "handed_in": handed_in or {},
        "since": NOW - 60 * DAY,
        "card_state": CardState.BETWEEN,
        "promised": RULES,
    }
    return SurveyStanding(**{**usual, **changes})


def check(number: int, by: SurveyStanding, at: datetime = NOW) -> None:
    check_survey(Survey("card-1", number, Work.EMPLOYED, 4), by, now=at)


def test_the_first_opens_with_the_review_of_a_completed_training() -> None:
    assert next_survey(standing(since=None)) == OpenSurvey(1, 50_000, None)
    assert next_survey(standing()) == OpenSurvey(1, 50_000, NOW - 60 * DAY)
    check(1, standing(since=NOW))


def test_row_benefit_per_person_the_next_opens_thirty_days_after_the_one_before() -> None:
    taken = standing({1: NOW})
    assert next_survey(taken) == OpenSurvey(2, 50_000, NOW + 30 * DAY)
    with pytest.raises(SurveyNotOpen, match="opens at 2026-12-31T03:00"):
        check(2, taken, NOW + 30 * DAY - MOMENT)
    check(2, taken, NOW + 30 * DAY)


@pytest.mark.parametrize(("version", "surveys"), [("2020-04", 3), ("2023-01", 2)])
def test_row_benefit_per_person_there_are_as_many_as_the_version_has(
    version: str, surveys: int
) -> None:
    promised = next(each.rules for each in shipped_rules() if each.version == version)
    taken = dict.fromkeys(range(1, surveys), NOW - 90 * DAY)
    check(surveys, standing(taken, promised=promised))
    all_taken = standing({**taken, surveys: NOW}, promised=promised)
    assert next_survey(all_taken) is None
    with pytest.raises(NoSuchSurvey) as refused:
        check(surveys + 1, all_taken)
    assert refused.value.facts == {"surveys": surveys}


@pytest.mark.parametrize(
    ("number", "by", "refusal"),
    [
        (1, standing({1: NOW - 30 * DAY}), SurveyTaken),
        (2, standing(), SurveyNotOpen),
        (1, standing(since=None), SurveyNotOpen),
        (2, standing({1: NOW - 90 * DAY}, since=None), SurveyNotOpen),
        (1, standing(card_state=CardState.REVOKED), StateConflict),
    ],
    ids=["taken", "not the next", "no training", "training voided", "revoked"],
)
def test_what_is_not_open_is_refused(
    number: int, by: SurveyStanding, refusal: type[Problem]
) -> None:
    with pytest.raises(refusal):
        check(number, by)


@pytest.mark.parametrize("state", [CardState.EXPIRED, CardState.EXHAUSTED, CardState.IN_TRAINING])
def test_whoever_cannot_buy_any_more_is_still_asked(state: CardState) -> None:
    check(1, standing(card_state=state))


def test_a_revoked_card_has_no_survey_to_come() -> None:
    assert next_survey(standing(card_state=CardState.REVOKED)) is None
