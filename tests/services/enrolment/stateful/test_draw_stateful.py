"""Whatever is done to a draw in whatever order: what is published never changes, comes in its order, and adds up."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
)

from tests.chassis.problem_documents import code
from tests.services.enrolment.draws import (
    apply,
    close_window,
    enter,
    listed,
    looked_up,
    open_draw,
    results,
    shown,
    withdraw,
    work_of,
)
from tests.services.enrolment.house import House, document
from tests.services.enrolment.people import Person
from tests.services.enrolment.stateful.invariants import check_invariants
from tests.services.enrolment.stateful.walks import walk

PLACES = 2
STEPS = ("list", "outside_value", "order", "secret")


class DrawMachine(RuleBasedStateMachine):
    """A draw with two places, and what is expected of it."""

    house: House

    def __init__(self) -> None:
        super().__init__()
        self.wave_id = open_draw(self.house)
        body = {"quotas": [{"places": PLACES}], "reason": "Keputusan kuota"}
        document(self.house.post(f"/waves/{self.wave_id}/quotas", body, "operator"))
        self.stands: dict[str, Person] = {}
        self.withdrawn: list[str] = []
        self.is_open = True
        self.seen: dict[str, Any] = {}

    @rule()
    def apply(self) -> None:
        person = next(self.house.supply)
        answer = apply(self.house, self.wave_id, person)
        if self.is_open:
            self.stands[document(answer, 201)["id"]] = person
        else:
            assert code(answer) == (409, "wave-closed")

    @precondition(lambda self: self.stands)
    @rule(data=st.data())
    def apply_again(self, data: st.DataObject) -> None:
        person = data.draw(st.sampled_from(sorted(self.stands.values(), key=lambda one: one.nik)))
        answer = apply(self.house, self.wave_id, person)
        assert code(answer) == (409, "already-applied" if self.is_open else "wave-closed")

    @precondition(lambda self: self.stands)
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        application_id = data.draw(st.sampled_from(sorted(self.stands)))
        answer = withdraw(self.house, application_id)
        if self.is_open:
            document(answer)
            self.withdrawn.append(application_id)
            del self.stands[application_id]
        else:
            assert code(answer) == (409, "wave-closed")

    # Once: an outside value is published after the window, which therefore is not moved any more.
    @precondition(lambda self: self.is_open)
    @rule()
    def close(self) -> None:
        close_window(self.house, self.wave_id)
        self.is_open = False

    @rule()
    def work(self) -> None:
        work_of(self.house).go_on()

    @rule(value=st.sampled_from(["7", "8"]))
    def enter(self, value: str) -> None:
        draw = shown(self.house, self.wave_id)
        answer = enter(self.house, self.wave_id, value=value)
        if draw["list"] is None:
            assert code(answer) == (409, "draw-too-early")
        elif draw["outside_value"] is not None:
            assert code(answer) == (409, "outside-value-fixed")
        else:
            document(answer)

    @invariant()
    def nothing_is_that_must_never_be(self) -> None:
        check_invariants(self.house)

    @invariant()
    def what_is_published_comes_in_its_order_and_stays(self) -> None:
        draw = shown(self.house, self.wave_id)
        there = [draw[step] is not None for step in STEPS]
        assert there == sorted(there, reverse=True)
        assert draw["judged"] == 0 or draw["secret"] is not None
        now = {step: draw[step] for step in (*STEPS, "commitment") if draw[step] is not None}
        assert self.seen.items() <= now.items()
        self.seen = now

    @invariant()
    def who_stands_takes_part_and_places_are_kept(self) -> None:
        draw = shown(self.house, self.wave_id)
        if draw["list"] is not None:
            assert listed(self.house, self.wave_id) == sorted(self.stands)
        if draw["state"] == "done":
            states = [row["state"] for row in results(self.house, self.wave_id)]
            awarded = min(PLACES, len(self.stands))
            assert states == ["drawn"] * awarded + ["not-drawn"] * (len(self.stands) - awarded)
        for one in self.withdrawn:
            assert looked_up(self.house, one)["state"] == "withdrawn"

    def teardown(self) -> None:
        assert self.house.differences() == []


def test_a_draw_keeps_what_it_promises_whatever_is_done_to_it(house: House) -> None:
    walk(DrawMachine, house, walks=12, steps=30)
