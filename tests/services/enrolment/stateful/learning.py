"""Evidence, results, reviews and surveys."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.services.enrolment.stateful.classes import Classes
from tests.services.enrolment.stateful.expected import (
    FINAL_TEST,
    JUDGED,
    NEXT_PURCHASE,
    Holder,
    Told,
    Training,
)
from tests.services.enrolment.stateful.refusals import why_no_result, why_no_survey
from tests.services.enrolment.stateful.seats import enrolled
from tests.services.enrolment.teaching import Taught

WRONG_CODE = "AAAAAAAAAA"


class Learning(Classes):
    """Holders in classes."""

    def prepare(self, data: st.DataObject) -> None:
        """Let those who are there be further or less far: walks by chance alone seldom come to an end."""
        super().prepare(data)
        for holder in self.holders:
            for _ in range(data.draw(st.integers(0, 7))):
                self.goes_on(holder)

    @precondition(lambda self: self.holders)
    @rule(data=st.data())
    def go_on(self, data: st.DataObject) -> None:
        """Let somebody do what comes next."""
        self.goes_on(self.pick(data, self.holders))

    @precondition(enrolled())
    @rule(data=st.data(), role=st.sampled_from(["holder", "provider"]), right=st.booleans())
    def redeem(self, data: st.DataObject, role: str, right: bool) -> None:
        holder, training = self.pick(data, self.trainings())
        self.shows_code(holder, training, role, right=right)

    @precondition(enrolled())
    @rule(data=st.data(), sequence=st.sampled_from([1, 1, 2, FINAL_TEST]), present=st.booleans())
    def record(self, data: st.DataObject, sequence: int, present: bool) -> None:
        self.is_told(*self.pick(data, self.trainings()), sequence, present=present)

    @precondition(lambda self: any(training.told for _, training in self.trainings()))
    @rule(data=st.data())
    def correct_evidence(self, data: st.DataObject) -> None:
        """Say the opposite of what was said."""
        told = [(h, t, each) for h, t in self.trainings() for each in t.told]
        holder, training, wrong = self.pick(data, told)
        said = {"corrects": wrong.evidence_id, "reason": "Salah orang"}
        self.is_told(holder, training, wrong.sequence, present=not wrong.present, **said)

    @precondition(enrolled())
    @rule(data=st.data())
    def judge(self, data: st.DataObject) -> None:
        these = self.trainings()
        self.is_judged(*self.pick_one(data, these, fit=lambda one: not why_no_result(one[1])))

    @precondition(enrolled())
    @rule(data=st.data())
    def review(self, data: st.DataObject) -> None:
        self.says(*self.pick_one(data, self.trainings(), fit=lambda one: one[1].owes_review))

    @precondition(lambda self: self.courses and self.owing())
    @rule(data=st.data())
    def want_another_before_the_review(self, data: st.DataObject) -> None:
        """Let somebody whose review is owed want a seat; by chance alone that seldom comes about."""
        holder, course = self.pick(data, self.owing()), self.pick(data, self.courses)
        self.wants_seat(holder, course)

    @precondition(lambda self: self.holders)
    @rule(data=st.data(), number=st.integers(1, 3))
    def hand_in_survey(self, data: st.DataObject, number: int) -> None:
        self.answers(self.pick(data, self.holders), number)

    @precondition(enrolled())
    @rule(data=st.data())
    def void(self, data: st.DataObject) -> None:
        these = self.trainings()
        holder, training = self.pick_one(data, these, fit=lambda one: one[1].state in JUDGED)
        aside = training.set_aside
        why_not = None if training.state in JUDGED else "state-conflict"
        told = self.as_expected(self.of(holder, training).void(), why_not)
        if told is not None:
            training.state = "voided"
            assert told["returned_to_state"] == aside

    def owing(self) -> list[Holder]:
        """Return who is between two trainings, and owes a review."""
        return [
            each
            for each in self.holders
            if each.running is None and any(training.owes_review for training in each.trainings)
        ]

    # What is expected.

    def goes_on(self, holder: Holder) -> None:
        """Do what comes next for somebody: a seat, the code, the class, the result, the review, the surveys."""
        training = holder.running
        if training is None:
            owing = [each for each in holder.trainings if each.owes_review]
            if owing and not holder.is_erased:
                self.says(holder, owing[0])
            elif holder.earns and len(holder.surveys) < 2:
                self.answers(holder, len(holder.surveys) + 1)
            elif self.courses:
                open_to = [each for each in self.courses if not self.why_not(holder, each)]
                self.wants_seat(holder, (open_to or self.courses)[0])
        elif training.state == "confirmed":
            self.shows_code(holder, training, "provider", right=True)
        elif not training.of.is_over:
            self.was_held(training.of)
        elif not training.told:
            self.is_told(holder, training, 1, present=True)
            self.is_told(holder, training, FINAL_TEST, present=True)
        else:
            self.is_judged(holder, training)

    def shows_code(self, holder: Holder, training: Training, role: str, *, right: bool) -> None:
        """Let a redeem code be shown."""
        why_not = None
        if training.of.is_called_off:
            why_not = "state-conflict"
        elif not right:
            why_not = "redeem-code-wrong"
        elif training.state != "confirmed":
            why_not = "state-conflict"
        code, claims = training.code if right else WRONG_CODE, self.claims(holder, training, role)
        answer = self.house.redeem(training.enrolment_id, code, role, **claims)
        if self.as_expected(answer, why_not) is not None:
            training.state = "active"

    def is_told(
        self, holder: Holder, training: Training, sequence: int, *, present: bool, **said: str
    ) -> None:
        """Send evidence, and check what became of it."""
        of = self.of(holder, training)
        item = of.item(0, sequence, present=present, **said)
        refused = self.as_expected(of.record(item), None)["refused"]
        why_not = None
        if training.state == "cancelled" or training.of.is_called_off:
            why_not = "state-conflict"
        elif sequence == 2:
            why_not = "no-such-meeting"
        elif not training.of.is_over:
            why_not = "meeting-not-held"
        assert [each["code"] for each in refused] == ([why_not] if why_not else [])
        if why_not is None:
            training.told = [e for e in training.told if e.evidence_id != said.get("corrects")]
            training.told.append(Told(item["evidence_id"], sequence, present))

    def is_judged(self, holder: Holder, training: Training) -> None:
        """Let the provider ask for the result."""
        told = self.as_expected(self.of(holder, training).judge(), why_no_result(training))
        if told is not None:
            training.state = training.outcome
            assert told["status"] == training.state
            holder.state, holder.clock = "between", NEXT_PURCHASE

    def says(self, holder: Holder, training: Training) -> None:
        """Let somebody review a training."""
        why_not = None
        if holder.is_erased:
            why_not = "state-conflict"
        elif training.reviewed:
            why_not = "already-reviewed"
        elif training.state != "completed":
            why_not = "state-conflict"
        owed = holder.owed
        told = self.as_expected(self.of(holder, training).review(), why_not, 201)
        if told is not None:
            training.reviewed = True
            assert told["incentive_due"] == holder.owed - owed

    def answers(self, holder: Holder, number: int) -> None:
        """Let somebody hand in a survey."""
        why_not = why_no_survey(holder, number)
        answer = Taught(self.house, "", "", [holder.card], []).survey(number=number)
        if self.as_expected(answer, why_not, 201) is not None:
            holder.surveys[number] = 0

    def of(self, holder: Holder, training: Training) -> Taught:
        """Return a training as the tests of learning speak of it."""
        course = training.of
        return Taught(
            self.house, course.class_id, course.provider_id, [holder.card], [training.enrolment_id]
        )
