"""What becomes of classes: they are held, or called off."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from services.enrolment.worker import settle_called_off_classes
from tests.services.enrolment.stateful.expected import Course
from tests.services.enrolment.stateful.seats import Seats


class Classes(Seats):
    """Some classes that come to an end, one way or another."""

    @precondition(lambda self: self.courses)
    @rule(data=st.data())
    def hold_class(self, data: st.DataObject) -> None:
        self.was_held(self.pick(data, self.courses))

    @precondition(lambda self: self.courses)
    @rule(data=st.data())
    def call_class_off(self, data: st.DataObject) -> None:
        course = self.pick(data, self.courses)
        course.is_called_off = True
        self.tell(course)

    @rule()
    def worker_settles_called_off_classes(self) -> None:
        service = self.house.service
        while settle_called_off_classes(service.stores, service.transactions):
            pass
        for holder, training in self.trainings("confirmed", "active"):
            if training.of.is_called_off:
                self.gave_back(holder, training, by_holder=False)

    # What is expected.

    def was_held(self, course: Course) -> None:
        """Let a class have ended an hour ago."""
        course.begins, course.registration = 0, min(course.registration, -1)
        self.tell(course)
