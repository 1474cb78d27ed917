"""What is still needed of a training before its holder is owed the incentive for completing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.enrolment.domain.money.incentive import Incentive, IncentiveKind
from services.enrolment.domain.programme.card import CardState
from services.enrolment.domain.seats.enrolment import Enrolment, EnrolmentState
from vocabulary.rule_set import RuleSet


class Need(StrEnum):
    """What has to happen first."""

    COMPLETION = "completion"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Prospect:
    """The rupiah that a training earns its holder, what that still needs, and since when it is due."""

    amount: int
    needs: tuple[Need, ...] = ()
    due_since: datetime | None = None


def prospect_of(
    enrolment: Enrolment,
    *,
    standing: Sequence[Incentive],
    card_state: CardState,
    promised: RuleSet,
) -> Prospect | None:
    """Return what a training earns; None where another one earned it, or nothing does any more.

    `standing` are the incentives of its card that are due, `promised` the rules that awarded the card.
    """
    completion = [each for each in standing if each.kind is IncentiveKind.COMPLETION]
    own = [each for each in completion if each.enrolment_id == enrolment.enrolment_id]
    if own:
        return Prospect(sum(each.amount for each in own), due_since=own[0].due_since)
    amount = promised.completion_incentive * promised.completion_incentives
    needs = _needs(enrolment)
    if completion or not amount or not needs or card_state is CardState.REVOKED:
        return None
    return Prospect(amount, needs)


def _needs(enrolment: Enrolment) -> tuple[Need, ...]:
    if enrolment.is_live:
        return (Need.COMPLETION, Need.REVIEW)
    if enrolment.state is EnrolmentState.COMPLETED and not enrolment.reviewed:
        return (Need.REVIEW,)
    return ()
