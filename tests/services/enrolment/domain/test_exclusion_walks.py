"""Whatever steps are tried in a case, in whatever order and by whomever: what must never happen does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chassis.problems import Problem
from services.enrolment.domain.exclusion import case as cases
from services.enrolment.domain.exclusion.bar import bar, lift
from services.enrolment.domain.exclusion.case import CaseState, Decision, ExclusionCase
from services.enrolment.domain.programme.card import Card, CardState
from services.enrolment.domain.seats.entitlement import card_usable
from tests.services.enrolment.domain.builders import NOW, RULES, card

OPERATORS = st.sampled_from(["operator:rina", "operator:budi", "operator:ani"])
DAYS = st.integers(0, 40)


class Walk(RuleBasedStateMachine):
    """One case and its card, as the use cases change them together."""

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = NOW
        self.card: Card = card(deadline=NOW + timedelta(days=1_000))
        self.case: ExclusionCase = cases.open_case(
            case_id="case-1",
            list_id="list-1",
            group="student",
            card=self.card,
            now=NOW,
            rules=RULES,
        )

    def take(self, step: Callable[[], ExclusionCase]) -> None:
        """Take a step, or be refused with nothing changed; then bar or free the card as the case says."""
        before = self.case
        try:
            self.case = step()
        except Problem:
            return
        if self.case.state not in (CaseState.DISMISSED, CaseState.GRANTED, CaseState.APPEALED):
            assert self.case.is_listed
        if self.case.is_barring:
            self.card = bar(self.card, now=self.now)
        elif before.is_barring and self.case.state is not CaseState.REVOKED:
            self.card = lift(self.card, now=self.now)

    def decision(self, by: str) -> Decision:
        return Decision(by, self.now, "Sudah diperiksa")

    @rule(days=DAYS)
    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule(is_listed=st.booleans())
    def put_a_list_in_force(self, is_listed: bool) -> None:
        self.case = replace(self.case, is_listed=is_listed)

    @rule(by=OPERATORS)
    def uphold(self, by: str) -> None:
        self.take(lambda: cases.uphold(self.case, self.decision(by), card=self.card, rules=RULES))

    @rule(by=OPERATORS)
    def dismiss(self, by: str) -> None:
        self.take(lambda: cases.dismiss(self.case, self.decision(by)))

    @rule()
    def appeal(self) -> None:
        self.take(lambda: cases.appeal(self.case, by="holder-1", now=self.now, rules=RULES))

    @rule(by=OPERATORS, granted=st.booleans())
    def decide_appeal(self, by: str, granted: bool) -> None:
        self.take(
            lambda: cases.decide_appeal(self.case, self.decision(by), granted=granted, rules=RULES)
        )

    @rule(by=OPERATORS)
    def revoke(self, by: str) -> None:
        self.take(lambda: cases.revoked(self.case, self.decision(by)))

    @invariant()
    def nobody_decides_on_an_appeal_against_an_own_decision(self) -> None:
        if self.case.reviewed is not None and self.case.upheld is not None:
            assert self.case.reviewed.by != self.case.upheld.by

    @invariant()
    def a_card_is_revoked_only_when_nothing_can_be_said_any_more(self) -> None:
        case = self.case
        if case.state is CaseState.REVOKED:
            assert case.upheld is not None
            assert case.ended is not None
            assert case.appeal_until is not None
            over = case.appealed_at is None and case.ended.at >= case.appeal_until
            assert over or case.reviewed is not None

    @invariant()
    def a_card_is_barred_as_long_as_its_case_says(self) -> None:
        if self.case.state is not CaseState.REVOKED:
            usable = card_usable(self.card, RULES, self.now).refusal is None
            barred = self.card.state_at(self.now) is CardState.BARRED
            assert barred is self.case.is_barring
            assert usable or barred or self.card.state_at(self.now) is CardState.EXPIRED

    @invariant()
    def somebody_has_to_act_until_it_has_ended(self) -> None:
        assert (self.case.due_at is None) is (self.case.ended is not None)


TestWalk = Walk.TestCase
