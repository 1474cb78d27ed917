"""Waves that draw: people apply, and the draw admits them in its order."""

from __future__ import annotations

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from services.enrolment.storage.tables.draws import APPLICATION
from tests.services.enrolment.draws import (
    apply,
    close_window,
    enter,
    open_draw,
    results,
    shown,
    withdraw,
    work_of,
)
from tests.services.enrolment.stateful.expected import Holder, Wave
from tests.services.enrolment.stateful.scene import UNKNOWN
from tests.services.enrolment.stateful.selecting import WHO, Selecting


class Drawing(Selecting):
    """One wave that draws beside the others."""

    @property
    def drawn(self) -> Wave | None:
        """Return the wave that draws."""
        return next((wave for wave in self.waves if wave.draws), None)

    @precondition(lambda self: self.drawn is None)
    @rule()
    def announce(self) -> None:
        self.waves.append(Wave(open_draw(self.house), draws=True))

    @rule(data=st.data(), who=st.sampled_from(WHO))
    def apply(self, data: st.DataObject, who: str) -> None:
        wave = self.drawn or self.pick(data, self.waves)
        person = self.candidate(data, who)
        why_not = None
        if not wave.draws:
            why_not = "wave-first-come"
        elif not wave.is_open:
            why_not = "wave-closed"
        elif self.has_held(person):
            why_not = "nik-already-held"
        elif wave.has_applied(person.nik):
            why_not = "already-applied"
        told = self.as_expected(apply(self.house, wave.wave_id, person), why_not, 201)
        if told is not None:
            wave.applied[told["id"]] = person

    @precondition(lambda self: self.drawn is not None and self.drawn.applied)
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        wave = self.drawn
        assert wave is not None
        application_id = self.pick(data, sorted(wave.applied))
        answer = withdraw(self.house, application_id)
        if self.as_expected(answer, None if wave.is_open else "wave-closed") is not None:
            del wave.applied[application_id]

    @precondition(lambda self: self.drawn is not None and self.drawn.draw == "announced")
    @rule()
    def close_applications(self) -> None:
        wave = self.drawn
        assert wave is not None
        close_window(self.house, wave.wave_id)
        wave.is_open = False
        while work_of(self.house).go_on():
            pass
        wave.draw = shown(self.house, wave.wave_id)["state"]
        assert wave.draw in ("listed", "done")

    @precondition(lambda self: self.drawn is not None and self.drawn.draw == "listed")
    @rule()
    def enter_outside_value(self) -> None:
        wave = self.drawn
        assert wave is not None
        self.as_expected(enter(self.house, wave.wave_id), None)
        wave.draw = shown(self.house, wave.wave_id)["state"]

    @precondition(lambda self: self.is_admitting())
    @rule()
    def draw_goes_on(self) -> None:
        """Let a worker take one step: it fixes the order, tells the secret, or admits."""
        wave = self.drawn
        assert wave is not None
        work_of(self.house).go_on()
        wave.draw = shown(self.house, wave.wave_id)["state"]
        order = results(self.house, wave.wave_id) if wave.draw in ("revealed", "done") else []
        judged = [row for row in order if row["state"] != "applied"]
        admitted: list[Holder] = []
        for row in judged[wave.judged :]:
            person = wave.applied[row["application_id"]]
            is_erased = row["application_id"] in wave.erased
            why_not = "nik-already-held" if is_erased else self.why_no_card(wave, person)
            assert row["code"] == why_not, (row, person)
            if why_not is None:
                ref = self.drawn_card(row["application_id"])
                admitted.append(self.awarded(wave, person, ref, UNKNOWN))
        if admitted:
            self.admitted(wave, admitted)
        wave.judged = len(judged)

    def drawn_card(self, application_id: str) -> str:
        """Return the reference of the card that an application earned."""
        A = APPLICATION.c  # noqa: N806
        return str(self.rows(sa.select(A.card_ref).where(A.application_id == application_id))[0][0])
