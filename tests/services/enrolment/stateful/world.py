"""A walk through the programme: its beginning and its end, and what holds after every step."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from services.enrolment.storage.tables.money import INCENTIVE
from services.enrolment.storage.tables.programme import CARD, QUOTA
from services.enrolment.storage.tables.seats import ENROLMENT, TRAINING_CLASS
from tests.services.enrolment.api.test_pauses import end
from tests.services.enrolment.draws import work_of as draw_work_of
from tests.services.enrolment.house import document
from tests.services.enrolment.stateful.expected import OVER, Holder, Wave
from tests.services.enrolment.stateful.invariants import check_invariants
from tests.services.enrolment.stateful.passing_time import let_days_pass
from tests.services.enrolment.stateful.scene import Scene


class World(Scene):
    """A walk: how it begins, how days pass, and what holds after each of its steps."""

    people_at_first = 3

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        """Open a wave, and admit some people to it."""
        wave = Wave(self.house.open_wave())
        self.waves.append(wave)
        people = [self.somebody() for _ in range(self.people_at_first)]
        answer = self.house.admit([each.row() for each in people], wave_id=wave.wave_id)
        numbers = [row["card_number"] for row in document(answer)["admitted"]]
        holders = [
            self.awarded(wave, person, self.card_ref(number), number)
            for person, number in zip(people, numbers, strict=True)
        ]
        self.admitted(wave, holders)
        self.prepare(data)

    def prepare(self, data: st.DataObject) -> None:
        """Prepare what else is there from the beginning: nothing."""

    # Time.

    days_at_once = (6, 6, 20)
    """No clock ends with such a sum of days, so that midnight is no matter."""

    @rule(data=st.data())
    def days_pass(self, data: st.DataObject) -> None:
        """Let everything get older."""
        days = data.draw(st.sampled_from(self.days_at_once))
        kept = [wave for wave in self.waves if not wave.draws]
        let_days_pass(self.house, days, of=[*self._ids(kept)])
        for wave in kept:
            wave.is_open = False
        for admission in self.admissions:
            admission.ago += 0 if admission.wave.draws else days
        for course in self.courses:
            course.begins -= days
            course.registration -= days
            for waiter in course.line:
                waiter.until -= days
        for holder in self.holders:
            _grow_older(holder, days)

    def _ids(self, waves: Collection[Wave]) -> set[str]:
        return (
            {wave.wave_id for wave in waves}
            | {holder.card.card_ref for holder in self.holders}
            | {course.class_id for course in self.courses}
        )

    # What holds after every step.

    @invariant()
    def nothing_is_that_must_never_be(self) -> None:
        check_invariants(self.house)

    @invariant()
    def cards_stand_as_expected(self) -> None:
        C = CARD.c  # noqa: N806 - as everywhere in queries
        query = sa.select(C.card_ref, C.state, C.balance, C.barred_at.is_not(None)).where(
            C.card_ref.in_([holder.card.card_ref for holder in self.holders])
        )
        # Of a card that has ended nobody asks any more whether it is barred.
        found = {
            ref: (state, balance, bool(barred) and state not in OVER)
            for ref, state, balance, barred in self.rows(query)
        }
        assert found == {
            holder.card.card_ref: (
                holder.state,
                holder.balance,
                holder.is_barred and holder.state not in OVER,
            )
            for holder in self.holders
        }

    @invariant()
    def trainings_and_classes_stand_as_expected(self) -> None:
        expected = {t.enrolment_id: (t.state, t.reviewed, t.of.price) for _, t in self.trainings()}
        E, T = ENROLMENT.c, TRAINING_CLASS.c  # noqa: N806
        query = sa.select(E.enrolment_id, E.state, E.reviewed, E.price)
        of_these = E.card_ref.in_([holder.card.card_ref for holder in self.holders])
        assert {row[0]: tuple(row[1:]) for row in self.rows(query.where(of_these))} == expected
        held = {course.class_id: (course.held, course.seats) for course in self.courses}
        seats = sa.select(T.class_id, T.held, T.declared_seats).where(T.class_id.in_(held))
        assert {row[0]: tuple(row[1:]) for row in self.rows(seats)} == held

    @invariant()
    def people_are_owed_what_they_earned(self) -> None:
        expected = {h.card.card_ref: h.owed for h in self.holders if h.owed}
        N = INCENTIVE.c  # noqa: N806
        due = sa.select(N.card_ref, sa.func.sum(N.amount)).where(
            N.withdrawal_id.is_(None),
            N.card_ref.in_([holder.card.card_ref for holder in self.holders]),
        )
        found = self.rows(due.group_by(N.card_ref))
        assert {row[0]: int(row[1]) for row in found} == expected

    @invariant()
    def quotas_count_who_holds_a_place(self) -> None:
        Q = QUOTA.c  # noqa: N806
        for wave in self.waves:
            query = sa.select(Q.scheme, Q.region, Q.cluster, Q.places, Q.used)
            found = {tuple(row) for row in self.rows(query.where(Q.wave_id == wave.wave_id))}
            assert found == {
                (reach.scheme or "", reach.region or "", reach.cluster or "", places, used)
                for reach, places in wave.quotas.items()
                for used in [self.used(wave, reach.counts)]
            }

    def teardown(self) -> None:
        """Compare tables and entries; end what would hinder the next walk, which shares the database."""
        for pause_id in self.pauses.values():
            end(self.house, pause_id)
        while draw_work_of(self.house).go_on():
            pass
        assert self.house.differences() == []


def _grow_older(holder: Holder, days: int) -> None:
    stood_still = days if holder.is_barred else 0
    holder.clock -= days - stood_still
    for training in holder.trainings:
        training.waited += days
        training.stood_still += stood_still
    holder.surveys = {number: ago + days for number, ago in holder.surveys.items()}
    for case in holder.cases:
        case.until -= days
