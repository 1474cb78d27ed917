"""Classes that are offered, their seats, and who takes one or gives it back."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from chassis.clock import utc_now
from chassis.identifiers import new_id
from tests.services.enrolment.house import DAY
from tests.services.enrolment.stateful.expected import Course, Holder, Training
from tests.services.enrolment.stateful.refusals import why_no_seat, why_not_cancelled
from tests.services.enrolment.stateful.world import World
from tests.services.enrolment.teaching import HOUR, held

MOST_CLASSES = 4
PRICES = st.sampled_from([700_000, 2_000_000, 0])
MODES = st.sampled_from(["online", "online", "offline"])


def enrolled(*states: str) -> Callable[[World], bool]:
    """Tell whether any training stands so."""
    return lambda machine: bool(machine.trainings(*states))


class Seats(World):
    """Some classes at once, two of them of one provider."""

    seats_at_first = 2
    begins_in, registration_ends_in = 10, 5

    def prepare(self, data: st.DataObject) -> None:
        """Let there be something to learn."""
        super().prepare(data)
        for _ in range(2):
            self.offer(new_id(), "online", 700_000, seats=self.seats_at_first)

    @precondition(lambda self: sum(c.registration > 0 for c in self.courses) < MOST_CLASSES)
    @rule(price=PRICES, mode=MODES, seats=st.integers(1, 3), known=st.booleans())
    def offer_class(self, price: int, mode: str, seats: int, known: bool) -> None:
        provider_id = self.courses[0].provider_id if known and self.courses else new_id()
        self.offer(provider_id, mode, price, seats=seats)

    @precondition(lambda self: self.courses)
    @rule(data=st.data(), seats=st.integers(0, 3))
    def change_seats(self, data: st.DataObject, seats: int) -> None:
        course = self.pick(data, self.courses)
        course.seats = seats
        self.tell(course)

    @precondition(lambda self: self.courses)
    @rule(data=st.data())
    def suspend_or_readmit(self, data: st.DataObject) -> None:
        provider_id = self.pick(data, self.courses).provider_id
        self.suspended ^= {provider_id}
        self.house.suspend(provider_id, suspended=provider_id in self.suspended)

    @precondition(lambda self: self.courses and self.holders)
    @rule(data=st.data())
    def enrol(self, data: st.DataObject) -> None:
        wishes = [(holder, course) for holder in self.holders for course in self.courses]
        self.wants_seat(*self.pick_one(data, wishes, fit=lambda wish: not self.why_not(*wish)))

    @precondition(enrolled())
    @rule(data=st.data(), role=st.sampled_from(["holder", "provider", "operator"]))
    def cancel(self, data: st.DataObject, role: str) -> None:
        holder, training = self.pick_one(data, self.trainings(), fit=lambda one: one[1].runs)
        by_holder = role == "holder" and not training.of.is_called_off
        claims = self.claims(holder, training, role)
        answer = self.house.cancel(training.enrolment_id, role, **claims)
        if self.as_expected(answer, why_not_cancelled(training, role)) is not None:
            self.gave_back(holder, training, by_holder=by_holder)

    # What is expected.

    def offer(self, provider_id: str, mode: str, price: int, *, seats: int) -> None:
        """Let a provider offer a class."""
        course = Course(
            new_id(),
            provider_id,
            mode,
            price,
            seats,
            begins=self.begins_in,
            registration=self.registration_ends_in,
        )
        self.courses.append(course)
        self.tell(course)

    def tell(self, course: Course) -> None:
        """Let the catalogue tell how a class stands."""
        now = utc_now().replace(microsecond=0)
        begins_at = now + course.begins * DAY if course.begins else now - 3 * HOUR
        self.house.put_class(
            course.class_id,
            provider_id=course.provider_id,
            price=course.price,
            mode=course.mode,
            declared_seats=course.seats,
            status="cancelled" if course.is_called_off else "published",
            reason="Gedung kebanjiran" if course.is_called_off else None,
            registration_closes=now + course.registration * DAY,
            **held(until=begins_at + 2 * HOUR),
        )

    def why_not(self, holder: Holder, course: Course) -> str | None:
        """Return the code by which somebody is refused a seat; None where it is given."""
        return why_no_seat(
            holder,
            course,
            paused=self.is_paused("enrolments", holder.region),
            suspended=course.provider_id in self.suspended,
        )

    def wants_seat(self, holder: Holder, course: Course) -> None:
        """Let somebody ask for a seat."""
        answer = self.house.enrol(holder.card, course.class_id, price=course.price)
        told = self.as_expected(answer, self.why_not(holder, course), 201)
        if told is not None:
            self.took_seat(
                holder, Training(told["id"], told["redeem_code"], course, *holder.stands)
            )

    def took_seat(self, holder: Holder, training: Training) -> None:
        """Note that somebody has a seat."""
        holder.trainings.append(training)
        holder.state, training.of.held = "in_training", training.of.held + 1
        holder.balance -= training.of.price

    def gave_back(self, holder: Holder, training: Training, *, by_holder: bool) -> None:
        """Note that a seat came back, with its money and its time."""
        waited = training.waited - training.stood_still if by_holder else 0
        holder.state, holder.clock = training.state_before, training.clock_before - waited
        holder.balance += training.of.price
        training.state, training.of.held = "cancelled", training.of.held - 1

    def claims(self, holder: Holder, training: Training, role: str) -> dict[str, str]:
        """Return what the token of a role is bound to."""
        if role == "holder":
            return {"card": holder.card.card_ref}
        return {"provider": training.of.provider_id} if role == "provider" else {}
