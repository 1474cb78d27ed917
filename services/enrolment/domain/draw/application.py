"""An application of a person for a card, in a wave that draws."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chassis.problems import Problem
from services.enrolment.domain.programme.award import Award
from vocabulary.refusals.admission import QuotaFull
from vocabulary.refusals.draw import ApplicationEnded


class ApplicationState(StrEnum):
    """What became of an application."""

    APPLIED = "applied"
    WITHDRAWN = "withdrawn"
    DRAWN = "drawn"
    """The person was awarded a card."""

    REFUSED = "refused"
    """The person was awarded none, by a rule about the person or the family."""

    NOT_DRAWN = "not-drawn"
    """When its turn came, a quota was full."""


JUDGED = (ApplicationState.DRAWN, ApplicationState.REFUSED, ApplicationState.NOT_DRAWN)


@dataclass(frozen=True, slots=True)
class Application:
    """An application, known by a random id that the person keeps; who it is of lies sealed elsewhere."""

    application_id: str
    wave_id: str
    region: str
    state: ApplicationState
    applied_at: datetime

    def check_withdrawal(self) -> None:
        """Raise `ApplicationEnded` where there is nothing to withdraw."""
        if self.state is not ApplicationState.APPLIED:
            raise ApplicationEnded(facts={"state": self.state.value})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of an application when its turn came. `place` counts from 1."""

    application_id: str
    place: int
    state: ApplicationState
    card_ref: str | None = None
    code: str | None = None
    quota_id: str | None = None


def verdict_of(application_id: str, place: int, outcome: Award | Problem) -> Verdict:
    """Write down what became of an application."""
    if isinstance(outcome, Award):
        card_ref = outcome.nomination.card_ref
        return Verdict(application_id, place, ApplicationState.DRAWN, card_ref=card_ref)
    if isinstance(outcome, QuotaFull):
        return Verdict(
            application_id,
            place,
            ApplicationState.NOT_DRAWN,
            code=outcome.code,
            quota_id=outcome.facts["quota_id"],
        )
    return Verdict(application_id, place, ApplicationState.REFUSED, code=outcome.code)
