"""Surveys: what holders answer once a training has helped them, or has not; each at its time, each once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chassis.clock import write_instant
from chassis.problems import StateConflict
from services.enrolment.domain.programme.card import CardState
from vocabulary.refusals.incentives import NoSuchSurvey, SurveyNotOpen, SurveyTaken
from vocabulary.rule_set import RuleSet

LEAST_USE, MOST_USE = 1, 5


class Work(StrEnum):
    """What a holder lives on."""

    EMPLOYED = "employed"
    SELF_EMPLOYED = "self-employed"
    SEEKING = "seeking"
    NONE = "none"
    """Neither in work nor looking for it."""


@dataclass(frozen=True, slots=True)
class Survey:
    """A survey as it was handed in. What is answered decides nothing.

    `use` says how much of the training the holder uses, from 1, nothing, to 5, all of it.
    """

    card_ref: str
    number: int
    work: Work
    use: int


@dataclass(frozen=True, slots=True)
class SurveyStanding:
    """What a survey is judged by: when the earlier ones were handed in, by their numbers.

    `since` is when the first of the completed trainings that stand was reviewed; None where none stands.
    """

    handed_in: Mapping[int, datetime]
    since: datetime | None
    card_state: CardState
    promised: RuleSet


@dataclass(frozen=True, slots=True)
class OpenSurvey:
    """The survey that comes next; `opens_at` is None where a training has to be completed and reviewed first."""

    number: int
    amount: int
    opens_at: datetime | None


def next_survey(standing: SurveyStanding) -> OpenSurvey | None:
    """Return the survey that comes next; None where all are handed in, or the card was revoked."""
    number = len(standing.handed_in) + 1
    rules, opens = standing.promised, standing.since
    if number > rules.survey_incentives or standing.card_state is CardState.REVOKED:
        return None
    if opens is not None and number > 1:
        opens = standing.handed_in[number - 1] + rules.surveys_apart
    return OpenSurvey(number, rules.survey_incentive, opens)


def check_survey(survey: Survey, standing: SurveyStanding, *, now: datetime) -> None:
    """Refuse a survey that does not exist, was handed in, or is not open.

    Raises `NoSuchSurvey`, `SurveyTaken`, `StateConflict` for a card that was revoked, `SurveyNotOpen`.
    """
    surveys = standing.promised.survey_incentives
    if survey.number > surveys:
        raise NoSuchSurvey(facts={"surveys": surveys})
    if survey.number in standing.handed_in:
        raise SurveyTaken
    following = next_survey(standing)
    if following is None:
        raise StateConflict(
            "The card was revoked: its holder is asked nothing more.",
            facts={"state": standing.card_state.value},
        )
    if survey.number != following.number:
        raise SurveyNotOpen(f"Hand in survey {following.number} first.")
    if following.opens_at is None:
        raise SurveyNotOpen("Complete a training and review it first.")
    if now < following.opens_at:
        raise SurveyNotOpen(f"This survey opens at {write_instant(following.opens_at)}.")
