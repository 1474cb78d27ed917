"""Waiting lists: who joins one, whom the worker offers a seat, and who accepts, refuses or leaves."""

from __future__ import annotations

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from services.enrolment.storage.tables.seats import PLACE, TRAINING_CLASS
from tests.services.enrolment.stateful.expected import OVER, Course, Holder, Training, Waiter
from tests.services.enrolment.stateful.refusals import why_no_place, why_not_accepted
from tests.services.enrolment.stateful.seats import Seats


class Waiting(Seats):
    """The lists of all classes."""

    def prepare(self, data: st.DataObject) -> None:
        """Let some wait already: walks by chance alone seldom come so far."""
        super().prepare(data)
        for holder in self.holders:
            for course in self.courses[: data.draw(st.integers(0, 2))]:
                self.wants_place(holder, course)

    @precondition(lambda self: self.courses and self.holders)
    @rule(data=st.data())
    def wait(self, data: st.DataObject) -> None:
        wishes = [(holder, course) for holder in self.holders for course in self.courses]
        full = [(holder, course) for holder, course in wishes if not course.has_seat_for_anybody]
        holder, course = self.pick_one(
            data, full or wishes, fit=lambda wish: not self._why_no_place(*wish)
        )
        self.wants_place(holder, course)

    @rule()
    def worker_serves_lists(self) -> None:
        for course in self.courses:
            self._serve(course)
        self.house.serve_lists()

    @precondition(lambda self: self._waiters())
    @rule(data=st.data())
    def accept(self, data: st.DataObject) -> None:
        course, waiter = self._pick_waiter(data)
        holder = waiter.holder
        why_not = why_not_accepted(
            waiter,
            course,
            paused=self.is_paused("enrolments", holder.region),
            suspended=course.provider_id in self.suspended,
        )
        path = f"/enrolments/{waiter.enrolment_id}/acceptance"
        answer = self.house.post(path, {}, "holder", card=holder.card.card_ref)
        told = self.as_expected(answer, why_not, 201)
        if told is not None:
            course.line.remove(waiter)
            self.took_seat(
                holder, Training(told["id"], told["redeem_code"], course, *holder.stands)
            )

    @precondition(lambda self: self._waiters())
    @rule(data=st.data())
    def refuse(self, data: st.DataObject) -> None:
        course, waiter = self._pick_waiter(data)
        path = f"/enrolments/{waiter.enrolment_id}/refusal"
        card = waiter.holder.card.card_ref
        answer = self.house.post(path, {"reason": "Sudah bekerja"}, "holder", card=card)
        if self.as_expected(answer, None if waiter.offered else "offer-over") is not None:
            course.line.remove(waiter)

    @precondition(lambda self: self._waiters())
    @rule(data=st.data(), role=st.sampled_from(["holder", "operator"]))
    def leave(self, data: st.DataObject, role: str) -> None:
        course, waiter = self._pick_waiter(data)
        claims = {"card": waiter.holder.card.card_ref} if role == "holder" else {}
        self.as_expected(self.house.cancel(waiter.enrolment_id, role, **claims), None)
        course.line.remove(waiter)

    # What is expected.

    def wants_place(self, holder: Holder, course: Course) -> None:
        """Let somebody ask for a seat, or for a place in the line where there is none for anybody."""
        if course.has_seat_for_anybody:
            self.wants_seat(holder, course)
            return
        body = {"class_id": course.class_id, "expected_price": course.price, "waitlist": True}
        answer = self.house.post("/enrolments", body, "holder", card=holder.card.card_ref)
        told = self.as_expected(answer, self._why_no_place(holder, course), 201)
        if told is not None:
            course.line.append(Waiter(told["id"], holder))
            assert (told["status"], told["place_in_line"]) == ("waitlisted", course.waiting)

    def _waiters(self) -> list[tuple[Course, Waiter]]:
        return [(course, waiter) for course in self.courses for waiter in course.line]

    def _pick_waiter(self, data: st.DataObject) -> tuple[Course, Waiter]:
        return self.pick_one(data, self._waiters(), fit=lambda one: one[1].offered)

    def _why_no_place(self, holder: Holder, course: Course) -> str | None:
        if course.has_seat_for_anybody:
            return self.why_not(holder, course)
        return why_no_place(
            holder,
            course,
            lists=sum(one.holder is holder for _, one in self._waiters()),
            paused=self.is_paused("enrolments", holder.region),
            suspended=course.provider_id in self.suspended,
        )

    def _serve(self, course: Course) -> None:
        """Do to a list what the rules say."""
        line = course.line
        for waiter in [one for one in line if one.offered]:
            if course.is_called_off or waiter.holder.shown in OVER or waiter.until <= 0:
                line.remove(waiter)
        for waiter in [one for one in line if not one.offered]:
            if course.is_called_off or course.registration <= 0 or waiter.holder.shown in OVER:
                line.remove(waiter)
            elif (
                not course.free_seats
                or course.provider_id in self.suspended
                or self.is_paused("enrolments", waiter.holder.region)
            ):
                return
            else:
                waiter.offered, waiter.until = True, 1

    @invariant()
    def lists_stand_as_expected(self) -> None:
        P, T = PLACE.c, TRAINING_CLASS.c  # noqa: N806
        of_these = P.class_id.in_([course.class_id for course in self.courses])
        query = sa.select(P.class_id, P.enrolment_id, P.state).where(
            of_these, P.state.in_(["waitlisted", "offered"])
        )
        found: dict[str, list[tuple[str, bool]]] = {}
        for class_id, enrolment_id, state in self.rows(query.order_by(P.number)):
            found.setdefault(class_id, []).append((enrolment_id, state == "offered"))
        assert found == {
            course.class_id: [(one.enrolment_id, one.offered) for one in course.line]
            for course in self.courses
            if course.line
        }
        counted = sa.select(T.class_id, T.waiting, T.offered).where(
            T.class_id.in_([course.class_id for course in self.courses])
        )
        assert {row[0]: tuple(row[1:]) for row in self.rows(counted)} == {
            course.class_id: (course.waiting, course.offered) for course in self.courses
        }
