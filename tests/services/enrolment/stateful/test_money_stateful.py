"""Whatever becomes of trainings, in whatever order: no rupiah is lost, and what is owed is what was earned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
)

from chassis.clock import utc_now
from tests.services.enrolment.house import PRICE, House, document
from tests.services.enrolment.stateful.invariants import check_invariants
from tests.services.enrolment.stateful.walks import walk
from tests.services.enrolment.teaching import Taught, taught
from vocabulary.rule_book import national_day

REVOCATION = {"reason": "Memakai dokumen orang lain", "case_number": "INSP-21"}
STILL_SET_ASIDE = ("running", "completed", "reviewed")


@dataclass
class Learner:
    """One person with one training, and how it stands."""

    of: Taught
    training: str = "running"
    surveyed: bool = False
    revoked: bool = False

    @property
    def owed(self) -> int:
        """Return the rupiah that are due."""
        if self.training != "reviewed" or self.revoked:
            return 0
        return 650_000 if self.surveyed else 600_000


def some(state: str) -> Callable[[MoneyMachine], bool]:
    """Return whether anybody's training stands so."""
    return lambda machine: bool(machine.those(state))


class MoneyMachine(RuleBasedStateMachine):
    """Some people, each with a training, and what is expected of their money."""

    house: House

    def __init__(self) -> None:
        super().__init__()
        self.people: list[Learner] = []
        self.before = self.accounts()

    def those(self, state: str) -> list[Learner]:
        return [one for one in self.people if one.training == state]

    def pick(self, data: st.DataObject, state: str) -> Learner:
        return data.draw(st.sampled_from(self.those(state)))

    def accounts(self) -> dict[str, int]:
        day = national_day(utc_now())
        told = document(self.house.get(f"/statements/days/{day}", "auditor"))
        return {line["account"]: line["closing"] for line in told["accounts"]}

    @rule()
    def enrol(self) -> None:
        self.people.append(Learner(taught(self.house)))

    @precondition(some("running"))
    @rule(data=st.data())
    def complete(self, data: st.DataObject) -> None:
        one = self.pick(data, "running")
        one.of.came()
        assert document(one.of.judge())["status"] == "completed"
        one.training = "completed"

    @precondition(some("running"))
    @rule(data=st.data())
    def stay_away(self, data: st.DataObject) -> None:
        one = self.pick(data, "running")
        document(one.of.record(one.of.item(present=False)))
        assert document(one.of.judge())["status"] == "no_show"
        one.training = "no_show"

    @precondition(some("running"))
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        one = self.pick(data, "running")
        document(self.house.cancel(one.of.enrolments[0], "operator"))
        one.training = "cancelled"

    @precondition(some("completed"))
    @rule(data=st.data())
    def review(self, data: st.DataObject) -> None:
        one = self.pick(data, "completed")
        told = document(one.of.review(), 201)
        one.training = "reviewed"
        assert told["incentive_due"] == one.owed

    @precondition(some("reviewed"))
    @rule(data=st.data())
    def hand_in_survey(self, data: st.DataObject) -> None:
        one = self.pick(data, "reviewed")
        answer = one.of.survey()
        if one.surveyed or one.revoked:
            assert answer.status_code == 409
        else:
            assert document(answer, 201)["incentive_due"] == 50_000
            one.surveyed = True

    @rule(data=st.data(), state=st.sampled_from(["completed", "reviewed", "no_show"]))
    def void(self, data: st.DataObject, state: str) -> None:
        if not self.those(state):
            return
        one = self.pick(data, state)
        owed = one.owed
        told = document(one.of.void())
        one.training = "voided"
        assert (told["incentives_withdrawn"], told["incentives_due"]) == (owed, 0)
        assert told["returned_to_state"] == (0 if state == "no_show" else PRICE)

    @rule(data=st.data(), state=st.sampled_from(["completed", "reviewed", "no_show", "voided"]))
    def revoke(self, data: st.DataObject, state: str) -> None:
        held = [one for one in self.those(state) if not one.revoked]
        if not held:
            return
        one = data.draw(st.sampled_from(held))
        owed = one.owed
        body = {"card_ref": one.of.cards[0].card_ref, **REVOCATION}
        told = document(self.house.post("/cards/revocation", body, "operator"))
        one.revoked = True
        assert told["incentives_withdrawn"] == owed

    @invariant()
    def nothing_is_that_must_never_be(self) -> None:
        check_invariants(self.house)

    @invariant()
    def accounts_hold_what_is_expected_and_add_up_to_nothing(self) -> None:
        now = self.accounts()
        assert sum(now.values()) == 0
        changed = {account: now[account] - self.before[account] for account in now}
        assert changed["incentive"] == sum(one.owed for one in self.people)
        set_aside = [one for one in self.people if one.training in STILL_SET_ASIDE]
        assert changed["set_aside"] == PRICE * len(set_aside)
        balances = [one.of.card()["balance"] for one in self.people]
        assert changed["card"] == sum(balances)

    @invariant()
    def cards_list_what_is_owed(self) -> None:
        for one in self.people:
            due = [each for each in one.of.card()["incentives"] if each["status"] == "due"]
            assert sum(each["amount"] for each in due) == one.owed

    def teardown(self) -> None:
        assert self.house.differences() == []


def test_no_rupiah_is_lost_whatever_becomes_of_trainings(house: House) -> None:
    walk(MoneyMachine, house, walks=8, steps=20)
