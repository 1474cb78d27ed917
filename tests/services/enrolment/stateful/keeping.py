"""What becomes of cards beside learning: money that is corrected, clocks that run out, moves, revocations, erasures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from services.enrolment.worker import expire_due_cards
from tests.services.enrolment.api.test_corrections import BUDI, RINA, decide
from tests.services.enrolment.api.test_corrections import body as correction_of
from tests.services.enrolment.api.test_moving import move
from tests.services.enrolment.api.test_pauses import end, pause
from tests.services.enrolment.erasing import CASE, SUPPRESSED, left_of
from tests.services.enrolment.stateful.expected import BENEFIT, OVER, Holder
from tests.services.enrolment.stateful.scene import BANDUNG, BENGKULU, UNKNOWN
from tests.services.enrolment.stateful.world import World

LISTED = "listed_person.nik_digest"
AMOUNTS = st.sampled_from([-3_000_000, -500_000, 200_000, 2_000_000])


def anybody(machine: World) -> bool:
    """Tell whether there are cards."""
    return bool(machine.holders)


def some(says: Callable[[Holder], object]) -> Callable[[World], bool]:
    """Tell whether something is said of any card."""
    return lambda machine: any(says(holder) for holder in machine.holders)


class Keeping(World):
    """Operators, officers and the worker, and what they do with cards."""

    @precondition(anybody)
    @rule(data=st.data(), amount=AMOUNTS, by=st.sampled_from([RINA, BUDI]))
    def correct(self, data: st.DataObject, amount: int, by: str) -> None:
        """Propose a correction, and let somebody approve it."""
        holder = self.pick(data, self.holders)
        body = correction_of(holder.card, amount)
        proposal = self.house.post("/corrections", body, "operator", subject=RINA)
        over = "card-not-usable" if holder.shown in OVER else None
        proposed = self.as_expected(proposal, over, 201)
        if proposed is None:
            return
        balance = holder.balance + amount
        running = holder.running.of.price if holder.running else 0
        why_not = None
        if by == RINA:
            why_not = "same-person"
        elif balance < 0 or (amount > 0 and balance > BENEFIT - running):
            why_not = "balance-out-of-bounds"
        answer = decide(self.house, proposed["id"], "approval", by=by)
        if self.as_expected(answer, why_not) is not None:
            holder.balance, holder.was_corrected = balance, True

    @rule()
    def worker_expires_cards(self) -> None:
        due = [holder for holder in self.holders if holder.shown == "expired"]
        left = [holder for holder in due if holder.state not in OVER]
        expired = expire_due_cards(self.house.service.stores, self.house.service.transactions)
        assert expired >= len(left)
        for holder in left:
            holder.state, holder.balance = holder.ends, 0
            holder.let_case_lapse()

    @precondition(anybody)
    @rule(data=st.data())
    def revoke(self, data: st.DataObject) -> None:
        """Revoke a card under a number that is none of a case's."""
        holder = self.pick(data, self.holders)
        case = holder.case
        may_appeal = case is not None and (
            case.state == "appealed" or (case.state == "upheld" and case.until >= 0)
        )
        why_not = None
        if holder.shown in OVER or holder.running:
            why_not = "state-conflict"
        elif may_appeal:
            why_not = "exclusion-case-stands"
        body = {**CASE, "card_ref": holder.card.card_ref}
        answer = self.house.post("/cards/revocation", body, "operator", subject=self.an_operator())
        if self.as_expected(answer, why_not) is not None:
            holder.state, holder.balance = "revoked", 0
            holder.let_case_lapse()

    @precondition(some(lambda holder: holder.state in OVER))
    @rule(data=st.data())
    def erase(self, data: st.DataObject) -> None:
        """Erase somebody whose card has ended, with every other card of that person."""
        holder = self.pick(data, [each for each in self.holders if each.state in OVER])
        nik = holder.card.person.nik
        cards = [each for each in self.holders if each.card.person.nik == nik]
        others = [each for each in cards if not each.is_erased] if not holder.is_erased else []
        why_not = None
        if holder.is_erased or any(each.state not in OVER or each.case for each in others):
            why_not = "state-conflict"
        body = {**CASE, "card_ref": holder.card.card_ref}
        answer = self.house.post("/cards/erasure", body, "operator", subject=self.an_operator())
        if self.as_expected(answer, why_not) is not None:
            for each in others:
                each.is_erased = True
            held = any(each.state != "withdrawn" for each in others)
            for each in others:
                self.nothing_is_left_of(each, but=SUPPRESSED if held else LISTED)
            for wave in self.waves:
                wave.erased |= {name for name, one in wave.applied.items() if one.nik == nik}

    def nothing_is_left_of(self, holder: Holder, *, but: str) -> None:
        """Look for everything of a person but the number of a family in which others hold cards.

        Who never rightly held a card may be admitted again, and is kept on the lists that may refuse one.
        """
        person = replace(holder.card.person, family_card=holder.card.person.nik)
        found = left_of(self.house, replace(holder.card, person=person))
        assert {place for place, _ in found} <= {but}

    @precondition(anybody)
    @rule(data=st.data(), to=st.sampled_from([BANDUNG, BENGKULU]))
    def move_house(self, data: st.DataObject, to: str) -> None:
        holder = self.pick(data, self.holders)
        if holder.is_erased or holder.card.card_number == UNKNOWN:
            return
        why_not = None
        if holder.shown in OVER:
            why_not = "state-conflict"
        elif holder.region == to:
            why_not = "validation-failed"
        caller = {"role": "operator", "subject": self.an_operator()}
        answer = move(self.house, holder.card, to=to, **caller)
        if self.as_expected(answer, why_not) is not None:
            holder.region = to

    @rule(
        what=st.sampled_from(["enrolments", "admissions"]),
        region=st.sampled_from([None, "32", BENGKULU]),
    )
    def begin_or_end_pause(self, what: str, region: str | None) -> None:
        pause_id = self.pauses.pop((what, region), None)
        if pause_id is None:
            self.pauses[what, region] = pause(self.house, what, region)["id"]
        else:
            end(self.house, pause_id)
