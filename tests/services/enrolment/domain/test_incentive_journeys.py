"""Whatever is reviewed, handed in, voided and revoked, in whatever order: what is due is what was promised."""

from __future__ import annotations

from itertools import count

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.enrolment.domain.money.incentive import (
    Earnings,
    Incentive,
    IncentiveKind,
    settle,
)
from services.enrolment.domain.money.movement import Account, Cause, Movement
from tests.services.enrolment.domain.builders import NOW
from vocabulary.rule_book import shipped_rules
from vocabulary.rule_set import RuleSet

RULES = [each.rules for each in shipped_rules()]


class Owed(RuleBasedStateMachine):
    """One card, its trainings that stand, its surveys, and what it is owed."""

    def __init__(self) -> None:
        super().__init__()
        self.trainings: list[str] = []
        self.surveys: set[int] = set()
        self.due: list[Incentive] = []
        self.movements: list[Movement] = []
        self.revoked = False
        self.ids = count(1)
        self.promised = RULES[-1]

    @initialize(promised=st.sampled_from(RULES))
    def award(self, promised: RuleSet) -> None:
        self.promised = promised

    @rule()
    def review(self) -> None:
        self.trainings.append(f"enrolment-{next(self.ids)}")
        self._settle()

    @precondition(lambda self: self.trainings)
    @rule(data=st.data())
    def void(self, data: st.DataObject) -> None:
        self.trainings.remove(data.draw(st.sampled_from(self.trainings)))
        self._settle()

    @precondition(lambda self: self.trainings and not self.revoked)
    @rule()
    def hand_in_survey(self) -> None:
        number = len(self.surveys) + 1
        if number <= self.promised.survey_incentives:
            self.surveys.add(number)
        self._settle()

    @rule()
    def revoke(self) -> None:
        self.revoked = True
        self._settle()

    def _settle(self) -> None:
        trainings = [] if self.revoked else self.trainings
        settlement = settle(
            Earnings("card-1", trainings, self.surveys, self.promised),
            self.due,
            because=Cause.VOIDING,
            now=NOW,
            new_id=lambda: f"id-{next(self.ids)}",
        )
        gone = {each.incentive_id for each in settlement.withdrawn}
        self.due = [each for each in self.due if each.incentive_id not in gone]
        self.due += settlement.due
        self.movements += settlement.movements

    @invariant()
    def what_is_due_is_what_was_promised_for_what_stands(self) -> None:
        stands = bool(self.trainings) and not self.revoked
        completion = [each for each in self.due if each.kind is IncentiveKind.COMPLETION]
        surveys = {each.number for each in self.due if each.kind is IncentiveKind.SURVEY}
        parts = self.promised.completion_incentives if stands else 0
        assert sorted(each.number for each in completion) == [*range(1, parts + 1)]
        assert surveys == (self.surveys if stands else set())
        assert all(each.enrolment_id in self.trainings for each in self.due)

    @invariant()
    def each_is_due_once(self) -> None:
        named = [(each.kind, each.number) for each in self.due]
        assert len(named) == len(set(named))

    @invariant()
    def the_account_holds_what_is_due(self) -> None:
        into = sum(m.amount for m in self.movements if m.target is Account.INCENTIVE)
        out_of = sum(m.amount for m in self.movements if m.source is Account.INCENTIVE)
        assert into - out_of == sum(each.amount for each in self.due)
        ids = [m.movement_id for m in self.movements]
        assert len(ids) == len(set(ids))


TestOwed = Owed.TestCase
