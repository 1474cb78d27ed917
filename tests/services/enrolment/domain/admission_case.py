"""One card that wants one seat, to be spoilt in one way or another."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from chassis.problems import Problem
from services.enrolment.domain.programme.card import Card
from services.enrolment.domain.programme.pause import Pause
from services.enrolment.domain.seats.admission import Admitted, Situation, admit_all
from services.enrolment.domain.seats.enrol_command import EnrolCommand
from services.enrolment.domain.seats.enrolment import PastEnrolment
from services.enrolment.domain.seats.training_class import TrainingClass
from services.enrolment.domain.seats.waiting_admission import Waitlisted
from tests.services.enrolment.domain.builders import NOW, RULES, card, command, training_class
from vocabulary.rule_set import RuleSet


@dataclass
class Case:
    """One card that wants one seat. Nothing stands in its way until something is spoilt."""

    training_class: TrainingClass | None = field(default_factory=training_class)
    card: Card | None = field(default_factory=card)
    history: list[PastEnrolment] = field(default_factory=list)
    command: EnrolCommand = field(default_factory=command)
    classes_to_come: set[str] = field(default_factory=set)
    pauses: list[Pause] = field(default_factory=list)
    suspended: set[str] = field(default_factory=set)
    rules: RuleSet = field(default_factory=lambda: replace(RULES, live_enrolments=2))

    def spoil_class(self, **changes: object) -> None:
        if self.training_class is not None:
            self.training_class = replace(self.training_class, **changes)  # type: ignore[arg-type]

    def spoil_card(self, **changes: object) -> None:
        if self.card is not None:
            self.card = replace(self.card, **changes)  # type: ignore[arg-type]

    def judge(self) -> Admitted | Problem:
        situation = Situation(
            classes={"class-1": self.training_class} if self.training_class else {},
            cards={"card-1": self.card} if self.card else {},
            history={"card-1": self.history},
            classes_to_come=self.classes_to_come,
            now=NOW,
            rules=self.rules,
            pauses=self.pauses,
            suspended=self.suspended,
        )
        [outcome] = admit_all([self.command], situation)
        assert not isinstance(outcome, Waitlisted)
        return outcome


def code_of(outcome: Admitted | Problem) -> str:
    return outcome.code if isinstance(outcome, Problem) else "admitted"
