"""The tables of enrolment as plain values: what a rule decides is carried out here, as the stores would."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from chassis.problems import Problem
from services.enrolment.domain.learning.evidence import Evidence
from services.enrolment.domain.learning.recording import Kept, Known, Repeated, record_all
from services.enrolment.domain.learning.result import Judging, Result, give_result
from services.enrolment.domain.learning.review import review
from services.enrolment.domain.learning.voiding import void
from services.enrolment.domain.money.movement import Account, Movement
from services.enrolment.domain.programme.card import Card
from services.enrolment.domain.seats.admission import Admitted, Situation, Verdict, admit_all
from services.enrolment.domain.seats.cancellation import cancel
from services.enrolment.domain.seats.enrol_command import EnrolCommand
from services.enrolment.domain.seats.enrolment import Enrolment, EnrolmentState, PastEnrolment
from services.enrolment.domain.seats.training_class import TrainingClass
from vocabulary.rule_set import RuleSet


@dataclass
class World:
    """Classes, cards, enrolments and movements as they stand, and the clock."""

    classes: dict[str, TrainingClass]
    cards: dict[str, Card]
    rules: RuleSet
    now: datetime
    enrolments: dict[str, Enrolment] = field(default_factory=dict)
    movements: list[Movement] = field(default_factory=list)
    evidence: dict[str, list[Evidence]] = field(default_factory=dict)
    results: dict[str, Result] = field(default_factory=dict)
    balances_at_first: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.balances_at_first = {ref: card.balance for ref, card in self.cards.items()}

    def enrol(self, commands: Sequence[EnrolCommand]) -> list[Verdict]:
        """Judge a batch and carry out what was admitted."""
        situation = Situation(
            classes=dict(self.classes),
            cards=dict(self.cards),
            history={ref: self._history(ref) for ref in self.cards},
            classes_to_come=(),
            now=self.now,
            rules=self.rules,
        )
        outcomes = admit_all(commands, situation)
        for outcome in outcomes:
            if isinstance(outcome, Admitted):
                self.classes[outcome.training_class.class_id] = outcome.training_class
                self.cards[outcome.card.card_ref] = outcome.card
                self.enrolments[outcome.enrolment.enrolment_id] = outcome.enrolment
                self._move(outcome.movement)
        return outcomes

    def cancel(self, enrolment_id: str, *, role: str) -> None:
        """Cancel an enrolment, or raise the refusal with nothing done."""
        enrolment = self.enrolments[enrolment_id]
        outcome = cancel(
            enrolment,
            card=self.cards[enrolment.card_ref],
            training_class=self.classes[enrolment.class_id],
            evidence=self.evidence.get(enrolment_id, []),
            role=role,
            past=self._history(enrolment.card_ref),
            movement_id=f"refund-{enrolment_id}",
            now=self.now,
            rules=self.rules,
        )
        self.classes[enrolment.class_id] = outcome.training_class
        self.cards[enrolment.card_ref] = outcome.card
        self.enrolments[enrolment_id] = outcome.enrolment
        self._move(outcome.movement)

    def redeem(self, enrolment_id: str) -> None:
        """Let a confirmed training begin."""
        enrolment = self.enrolments[enrolment_id]
        if enrolment.state is EnrolmentState.CONFIRMED:
            begun = replace(enrolment, state=EnrolmentState.ACTIVE, holder_due_at=None)
            self.enrolments[enrolment_id] = begun

    def attend(self, item: Evidence) -> Kept | Repeated | Problem:
        """Record evidence of an enrolment."""
        enrolment = self.enrolments[item.enrolment_id]
        there = self.evidence.setdefault(item.enrolment_id, [])
        known = Known(
            enrolments={enrolment.enrolment_id: enrolment},
            classes=self.classes,
            evidence={each.evidence_id: each for each in there},
            corrections={each.corrects: each.evidence_id for each in there if each.corrects},
            entries={enrolment.enrolment_id: len(there)},
            by_operator=False,
            rules=self.rules,
            now=self.now,
        )
        [outcome] = record_all([item], known)
        if isinstance(outcome, Kept):
            there.append(item)
        return outcome

    def judge(self, enrolment_id: str, *, by_operator: bool) -> None:
        """Give a result, or raise the refusal with nothing done."""
        enrolment = self.enrolments[enrolment_id]
        result = give_result(
            enrolment,
            self.evidence.get(enrolment_id, []),
            card=self.cards[enrolment.card_ref],
            training_class=self.classes[enrolment.class_id],
            past=self._history(enrolment.card_ref),
            movement_id=f"result-{enrolment_id}",
            judging=Judging(by_operator, self.now, self.rules),
        )
        self.results[enrolment_id] = result
        self.cards[enrolment.card_ref] = result.card
        self.enrolments[enrolment_id] = result.enrolment
        self._move(result.movement)

    def review(self, enrolment_id: str) -> None:
        """Review a training, or raise the refusal with nothing done."""
        self.enrolments[enrolment_id] = review(self.enrolments[enrolment_id])

    def void(self, enrolment_id: str) -> None:
        """Void a result, or raise the refusal with nothing done."""
        result = self.results.get(enrolment_id)
        voided = void(
            self.enrolments[enrolment_id],
            still_set_aside=result is not None and result.movement is None,
            movement_id=f"void-{enrolment_id}",
        )
        self.enrolments[enrolment_id] = voided.enrolment
        self._move(voided.movement)

    def wait(self, length: timedelta) -> None:
        """Let time go by."""
        self.now += length

    def of(self, card_ref: str) -> list[Enrolment]:
        """Return a card's enrolments."""
        return [e for e in self.enrolments.values() if e.card_ref == card_ref]

    def live_in(self, class_id: str) -> int:
        """Count who holds a seat in a class."""
        return sum(e.is_live and e.class_id == class_id for e in self.enrolments.values())

    def kept_in(self, class_id: str) -> int:
        """Count whose seat in a class was not given back: it is held, or was used."""
        kept = [e for e in self.enrolments.values() if e.state is not EnrolmentState.CANCELLED]
        return sum(e.class_id == class_id for e in kept)

    def set_aside(self, enrolment_id: str) -> int:
        """Sum what movements left set aside for an enrolment."""
        mine = [m for m in self.movements if m.enrolment_id == enrolment_id]
        into = sum(m.amount for m in mine if m.target is Account.SET_ASIDE)
        return into - sum(m.amount for m in mine if m.source is Account.SET_ASIDE)

    def moved(self, card_ref: str) -> int:
        """Sum what movements did to a card's balance."""
        mine = [m for m in self.movements if m.card_ref == card_ref]
        into = sum(m.amount for m in mine if m.target is Account.CARD)
        return into - sum(m.amount for m in mine if m.source is Account.CARD)

    def _move(self, movement: Movement | None) -> None:
        if movement is not None:
            self.movements.append(movement)

    def _history(self, card_ref: str) -> list[PastEnrolment]:
        return [
            PastEnrolment(
                class_id=e.class_id,
                state=e.state,
                enrolled_at=e.enrolled_at,
                live_slot=e.live_slot,
                reviewed=e.reviewed,
                meetings=self.classes[e.class_id].meetings,
                open_again_at=e.open_again_at,
            )
            for e in self.of(card_ref)
            if e.state is not EnrolmentState.CANCELLED
        ]
