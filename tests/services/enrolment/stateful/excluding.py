"""Lists of people who may hold no card, and cases about holders who are on one."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.services.enrolment.exclusions import (
    BUDI,
    RINA,
    activate,
    appeal,
    cases,
    decide,
    decide_appeal,
    find_all,
    imported,
)
from tests.services.enrolment.stateful.expected import APPEAL, OVER, Case, Holder
from tests.services.enrolment.stateful.world import World

WHO = st.sampled_from([RINA, BUDI])


class Excluding(World):
    """The list of one group, version after version."""

    @precondition(lambda self: self.seen)
    @rule(data=st.data(), people=st.integers(1, 3))
    def put_list_in_force(self, data: st.DataObject, people: int) -> None:
        niks = {self.pick(data, self.seen).nik for _ in range(people)}
        list_id = imported(self.house, sorted(niks))
        why_not = "draw-under-way" if self.is_admitting() else None
        if self.as_expected(activate(self.house, list_id), why_not) is not None:
            self.listed = niks
            find_all(self.house)
            for holder in self.holders:
                if holder.card.person.nik in niks and not holder.is_erased:
                    self.look_for_cases(holder)

    def look_for_cases(self, holder: Holder) -> None:
        """Take in the cases about somebody on the list in force: the first one is always opened."""
        known = {case.case_id for case in holder.cases}
        found = cases(self.house, card_ref=holder.card.card_ref)
        opened = [each for each in found if each["id"] not in known]
        if holder.case is not None or holder.shown in OVER:
            assert opened == []
        elif not holder.cases:
            assert len(opened) == 1
        holder.cases += [Case(each["id"], each["status"]) for each in opened]

    def is_listed(self, holder: Holder) -> bool:
        """Tell whether the list in force has a holder; whose card was withdrawn, or who was erased, holds none."""
        known = holder.state != "withdrawn" and not holder.is_erased
        return known and holder.card.person.nik in self.listed

    def with_cases(self, *states: str) -> list[tuple[Holder, Case]]:
        """Return the cases that stand so, by default all."""
        return [
            (holder, case)
            for holder in self.holders
            for case in holder.cases
            if not states or case.state in states
        ]

    @precondition(lambda self: self.with_cases())
    @rule(data=st.data(), by=WHO)
    def uphold(self, data: st.DataObject, by: str) -> None:
        holder, case = self.pick_one(
            data, self.with_cases(), fit=lambda one: one[1].state == "open"
        )
        why_not = None
        if case.state != "open" or holder.shown in OVER:
            why_not = "state-conflict"
        elif not self.is_listed(holder):
            why_not = "no-longer-listed"
        answer = decide(self.house, case.case_id, "upheld", by=by)
        if self.as_expected(answer, why_not) is not None:
            case.state, case.until, case.upheld_by = "upheld", APPEAL, by

    @precondition(lambda self: self.with_cases())
    @rule(data=st.data(), by=WHO)
    def dismiss(self, data: st.DataObject, by: str) -> None:
        _, case = self.pick(data, self.with_cases())
        ends = case.state in ("open", "upheld", "final")
        answer = decide(self.house, case.case_id, "dismissed", by=by)
        if self.as_expected(answer, None if ends else "state-conflict") is not None:
            case.state = "dismissed"

    @precondition(lambda self: self.with_cases())
    @rule(data=st.data())
    def appeal(self, data: st.DataObject) -> None:
        holder, case = self.pick(data, self.with_cases())
        why_not = None if case.state == "upheld" and case.until >= 0 else "state-conflict"
        if self.as_expected(appeal(self.house, case.case_id, holder.card), why_not) is not None:
            case.state = "appealed"

    @precondition(lambda self: self.with_cases("appealed"))
    @rule(data=st.data(), by=WHO, granted=st.booleans())
    def decide_appeal(self, data: st.DataObject, by: str, granted: bool) -> None:
        holder, case = self.pick(data, self.with_cases("appealed"))
        why_not = None
        if by == case.upheld_by:
            why_not = "same-person"
        elif not granted and not self.is_listed(holder):
            why_not = "no-longer-listed"
        decision = "granted" if granted else "refused"
        answer = decide_appeal(self.house, case.case_id, decision, by=by)
        if self.as_expected(answer, why_not) is not None:
            case.state = "granted" if granted else "final"

    @precondition(lambda self: self.with_cases())
    @rule(data=st.data())
    def revoke_under_case(self, data: st.DataObject) -> None:
        holder, case = self.pick(data, self.with_cases())
        is_ripe = case.state == "final" or (case.state == "upheld" and case.until < 0)
        why_not = None
        if holder.shown in OVER or holder.running or not is_ripe:
            why_not = "state-conflict"
        elif not self.is_listed(holder):
            why_not = "no-longer-listed"
        named = {"card_ref": holder.card.card_ref, "case_number": case.case_id}
        body = {**named, "reason": "Tidak berhak"}
        answer = self.house.post("/cards/revocation", body, "operator", subject=self.an_operator())
        if self.as_expected(answer, why_not) is not None:
            case.state = "revoked"
            holder.state, holder.balance = "revoked", 0
