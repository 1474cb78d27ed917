"""Incentives: what the State owes a holder beside the training balance, for a completed training and for surveys.

What is due is a function of what stands. Whatever changes that (a review, a survey, a result that is voided, a card
that is revoked) settles anew: what nothing earns any more is withdrawn, what is missing becomes due, once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.enrolment.domain.money.movement import Account, Cause, Movement
from vocabulary.rule_set import RuleSet


class IncentiveKind(StrEnum):
    """What an incentive is for."""

    COMPLETION = "completion"
    """The first training that was completed and reviewed; under some rules in several parts."""

    SURVEY = "survey"
    """A survey of the programme that was handed in."""


@dataclass(frozen=True, slots=True)
class Incentive:
    """An incentive as its row stands: due, or withdrawn since an instant.

    Its id is that of the movement that made it due. `number` counts within its kind from 1, `enrolment_id` is the
    training that it rests on, `rule_version` the version that awarded the card: what it promised becomes due.
    """

    incentive_id: str
    card_ref: str
    kind: IncentiveKind
    number: int
    amount: int
    enrolment_id: str
    rule_version: str
    due_since: datetime
    withdrawal_id: str | None = None
    withdrawn_at: datetime | None = None

    @property
    def stands(self) -> bool:
        """Tell whether it is due."""
        return self.withdrawal_id is None


@dataclass(frozen=True, slots=True)
class Earnings:
    """What a card's incentives follow from: its trainings that are completed and reviewed, and its surveys, by number.

    `trainings` are the ids of enrolments, the earliest result first; none count for a card that was revoked.
    """

    card_ref: str
    trainings: Sequence[str]
    surveys: Collection[int]
    promised: RuleSet
    """The version of the rules that awarded the card."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became due, what was withdrawn, and the movements of both."""

    due: Sequence[Incentive] = ()
    withdrawn: Sequence[Incentive] = ()
    movements: Sequence[Movement] = ()

    @property
    def amount_due(self) -> int:
        """Return the rupiah that became due."""
        return sum(each.amount for each in self.due)

    @property
    def amount_withdrawn(self) -> int:
        """Return the rupiah that are not due any more."""
        return sum(each.amount for each in self.withdrawn)


def settle(
    earnings: Earnings,
    standing: Sequence[Incentive],
    *,
    because: Cause,
    now: datetime,
    new_id: Callable[[], str],
) -> Settlement:
    """Settle a card's incentives: `standing` are those that are due so far, `because` is why any are withdrawn.

    One whose training does not stand any more is withdrawn; the same may become due again by another training.
    """
    withdrawn = [
        replace(each, withdrawal_id=new_id(), withdrawn_at=now)
        for each in standing
        if each.enrolment_id not in earnings.trainings
    ]
    kept = {
        (each.kind, each.number) for each in standing if each.enrolment_id in earnings.trainings
    }
    due = [
        Incentive(
            incentive_id=new_id(),
            card_ref=earnings.card_ref,
            kind=kind,
            number=number,
            amount=amount,
            enrolment_id=earnings.trainings[0],
            rule_version=earnings.promised.version,
            due_since=now,
        )
        for kind, number, amount in _earned(earnings)
        if (kind, number) not in kept
    ]
    movements = [*(_withdrawal(each, because) for each in withdrawn), *map(_falling_due, due)]
    return Settlement(due, withdrawn, movements)


def _earned(earnings: Earnings) -> Iterator[tuple[IncentiveKind, int, int]]:
    """Yield kind, number and amount of each incentive that is earned."""
    rules = earnings.promised
    if not earnings.trainings:
        return
    if rules.completion_incentive:
        for number in range(1, rules.completion_incentives + 1):
            yield IncentiveKind.COMPLETION, number, rules.completion_incentive
    if rules.survey_incentive:
        for number in range(1, rules.survey_incentives + 1):
            if number in earnings.surveys:
                yield IncentiveKind.SURVEY, number, rules.survey_incentive


def _falling_due(incentive: Incentive) -> Movement:
    return _movement(
        incentive,
        incentive.incentive_id,
        cause=Cause.INCENTIVE,
        source=Account.STATE,
        target=Account.INCENTIVE,
    )


def _withdrawal(incentive: Incentive, because: Cause) -> Movement:
    return _movement(
        incentive,
        incentive.withdrawal_id or "",
        cause=because,
        source=Account.INCENTIVE,
        target=Account.STATE,
    )


def _movement(
    incentive: Incentive, movement_id: str, *, cause: Cause, source: Account, target: Account
) -> Movement:
    """Return a movement that names the training, but neither class nor provider: it is none of the provider's money."""
    return Movement(
        movement_id=movement_id,
        cause=cause,
        source=source,
        target=target,
        amount=incentive.amount,
        card_ref=incentive.card_ref,
        enrolment_id=incentive.enrolment_id,
        class_id=None,
        provider_id=None,
    )
